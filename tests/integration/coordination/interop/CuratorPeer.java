// A Curator program that contends with ours. Usage:
//
//   CuratorPeer SERVERS RECIPE PATH TURNS
//
// RECIPE is lock, read_write_lock, semaphore, queue_put, queue_take or time_lock. It
// creates /ready/curator, waits for /go, and takes TURNS turns. What a turn does
// under an exclusive lock is to count up in /count without comparing versions,
// and under a shared one to see that /count and /count2 agree. Prints what it
// takes from a queue, one "took ITEM" a line.

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessLock;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;
import org.apache.curator.framework.recipes.queue.SimpleDistributedQueue;
import org.apache.curator.retry.RetryOneTime;

public class CuratorPeer {
  static CuratorFramework client;

  static int read(String path) throws Exception {
    return Integer.parseInt(new String(client.getData().forPath(path)));
  }

  static void countUp(String path) throws Exception {
    client.setData().forPath(path, Integer.toString(read(path) + 1).getBytes());
  }

  static void acquire(InterProcessLock lock) throws Exception {
    if (!lock.acquire(60, TimeUnit.SECONDS)) throw new Exception("not in time");
  }

  static void waitForGo() throws Exception {
    client.create().creatingParentsIfNeeded().forPath("/ready/curator");
    while (client.checkExists().forPath("/go") == null) Thread.sleep(5);
  }

  public static void main(String[] args) throws Exception {
    String path = args[2];
    int turns = Integer.parseInt(args[3]);
    client = CuratorFrameworkFactory.newClient(args[0], new RetryOneTime(100));
    client.start();
    client.blockUntilConnected();
    waitForGo();
    switch (args[1]) {
      case "lock": {
        InterProcessMutex lock = new InterProcessMutex(client, path);
        for (int i = 0; i < turns; ++i) {
          acquire(lock);
          countUp("/count");
          lock.release();
        }
        break;
      }
      case "read_write_lock": {
        InterProcessReadWriteLock lock = new InterProcessReadWriteLock(client, path);
        for (int i = 0; i < turns; ++i) {
          acquire(lock.writeLock());
          countUp("/count");
          countUp("/count2");
          lock.writeLock().release();
          acquire(lock.readLock());
          if (read("/count") != read("/count2")) throw new Exception("half a write");
          lock.readLock().release();
        }
        break;
      }
      case "semaphore": {
        InterProcessSemaphoreV2 semaphore = new InterProcessSemaphoreV2(client, path, 1);
        for (int i = 0; i < turns; ++i) {
          Lease lease = semaphore.acquire(60, TimeUnit.SECONDS);
          countUp("/count");
          semaphore.returnLease(lease);
        }
        break;
      }
      case "queue_put": {
        SimpleDistributedQueue queue = new SimpleDistributedQueue(client, path);
        for (int i = 0; i < turns; ++i) queue.offer(("curator-" + i).getBytes());
        break;
      }
      case "queue_take": {
        SimpleDistributedQueue queue = new SimpleDistributedQueue(client, path);
        for (int i = 0; i < turns; ++i)
          System.out.println("took " + new String(queue.take(), StandardCharsets.UTF_8));
        break;
      }
      case "time_lock": {
        InterProcessMutex lock = new InterProcessMutex(client, path);
        for (int i = 0; i < turns; ++i) {  // warms up
          lock.acquire();
          lock.release();
        }
        long begin = System.nanoTime();
        for (int i = 0; i < turns; ++i) {
          lock.acquire();
          lock.release();
        }
        System.out.println((System.nanoTime() - begin) / 1e3 / turns);
        break;
      }
      default:
        throw new Exception("no such recipe: " + args[1]);
    }
    client.close();
  }
}
