// A Curator program that has one of everything, with somebody who waits for it.
//
//   CuratorHolder SERVERS
//
// Creates /ready/curator once all of it is there, and lives until /stop exists.
// When the lock was taken away from its first holder, who did not give it back,
// and its second one has it, writes to /second what the first one believes:
// "true" if that it holds the lock.

import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.barriers.DistributedBarrier;
import org.apache.curator.framework.recipes.barriers.DistributedDoubleBarrier;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderSelector;
import org.apache.curator.framework.recipes.leader.LeaderSelectorListenerAdapter;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.queue.DistributedDelayQueue;
import org.apache.curator.framework.recipes.queue.DistributedPriorityQueue;
import org.apache.curator.framework.recipes.queue.DistributedQueue;
import org.apache.curator.framework.recipes.queue.QueueBuilder;
import org.apache.curator.framework.recipes.queue.QueueSerializer;
import org.apache.curator.framework.recipes.queue.SimpleDistributedQueue;
import org.apache.curator.retry.RetryOneTime;

public class CuratorHolder {
  interface Task {
    void run() throws Exception;
  }

  static CuratorFramework client;

  static void inBackground(Task task) {
    Thread thread = new Thread(() -> {
      try {
        task.run();
      } catch (Exception e) {
        if (client.getState() != org.apache.curator.framework.imps.CuratorFrameworkState.STOPPED)
          e.printStackTrace();
      }
    });
    thread.setDaemon(true);
    thread.start();
  }

  // Waits until `path` has so many children.
  static void await(String path, int children) throws Exception {
    while (client.checkExists().forPath(path) == null
        || client.getChildren().forPath(path).size() < children)
      Thread.sleep(5);
  }

  static void locks() throws Exception {
    InterProcessMutex first = new InterProcessMutex(client, "/c/lock");
    InterProcessMutex second = new InterProcessMutex(client, "/c/lock");
    first.acquire();
    inBackground(() -> {
      second.acquire();
      client.create().forPath("/second", Boolean.toString(first.isOwnedByCurrentThread()
          || first.isAcquiredInThisProcess()).getBytes());
    });
    await("/c/lock", 2);

    InterProcessReadWriteLock rw = new InterProcessReadWriteLock(client, "/c/rw");
    rw.readLock().acquire();
    inBackground(() -> {
      rw.readLock().acquire();
      Thread.sleep(Long.MAX_VALUE);
    });
    await("/c/rw", 2);
    inBackground(() -> rw.writeLock().acquire());
    await("/c/rw", 3);

    InterProcessSemaphoreV2 semaphore = new InterProcessSemaphoreV2(client, "/c/semaphore", 2);
    semaphore.acquire();
    semaphore.acquire();
    inBackground(() -> semaphore.acquire());
    await("/c/semaphore/leases", 3);
  }

  static void elections() throws Exception {
    LeaderLatch latch = new LeaderLatch(client, "/c/latch", "one");
    latch.start();
    latch.await();
    new LeaderLatch(client, "/c/latch", "two").start();
    await("/c/latch", 2);
    LeaderSelector selector =
        new LeaderSelector(client, "/c/selector", new LeaderSelectorListenerAdapter() {
          @Override
          public void takeLeadership(CuratorFramework unused) throws Exception {
            Thread.sleep(Long.MAX_VALUE);
          }
        });
    selector.setId("three");
    selector.start();
    await("/c/selector", 1);
  }

  static void queues() throws Exception {
    SimpleDistributedQueue simple = new SimpleDistributedQueue(client, "/c/simple");
    simple.offer("a".getBytes());
    simple.offer("b".getBytes());
    QueueSerializer<String> text = new QueueSerializer<String>() {
      @Override
      public byte[] serialize(String item) {
        return item.getBytes();
      }
      @Override
      public String deserialize(byte[] bytes) {
        return new String(bytes);
      }
    };
    DistributedQueue<String> queue =
        QueueBuilder.builder(client, null, text, "/c/queue").buildQueue();
    queue.start();
    queue.put("a");
    DistributedPriorityQueue<String> priority =
        QueueBuilder.builder(client, null, text, "/c/priority").buildPriorityQueue(1);
    priority.start();
    priority.put("late", 100);
    priority.put("early", -2);
    DistributedDelayQueue<String> delay =
        QueueBuilder.builder(client, null, text, "/c/delay").buildDelayQueue();
    delay.start();
    delay.put("later", 4102444800000L);  // 2100
    await("/c/queue", 1);
    await("/c/priority", 2);
    await("/c/delay", 1);
  }

  static void barriers() throws Exception {
    new DistributedBarrier(client, "/c/bar").setBarrier();
    inBackground(() -> new DistributedDoubleBarrier(client, "/c/double", 2).enter());
    await("/c/double", 1);
  }

  public static void main(String[] args) throws Exception {
    client = CuratorFrameworkFactory.newClient(args[0], new RetryOneTime(100));
    client.start();
    client.blockUntilConnected(60, TimeUnit.SECONDS);
    locks();
    elections();
    queues();
    barriers();
    client.create().creatingParentsIfNeeded().forPath("/ready/curator");
    while (client.checkExists().forPath("/stop") == null) Thread.sleep(20);
    System.exit(0);
  }
}
