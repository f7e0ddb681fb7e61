// Membership in a Roster cluster from Java: Curator and nothing else.
//
//   CuratorMember NAME [--zookeeper HOST:PORT] [--cluster-path PATH]
//                 [--service NAME] [--label KEY=VALUE]... DIRECTORY
//
// Joins, serves its state at an HTTP port of its own, reports its progress in
// checking the files of a directory, and leaves cleanly on SIGTERM or Ctrl-C.
// What it writes is the member record of docs/znodes.md. It follows no orders and
// says so by writing no applied_epoch: while an operator holds it, monitors show
// it OFFLINE, and whoever asks them sends it no work.
//
// Curator's own PersistentNode would be shorter, but writes into a node of the
// same name that somebody else owns, and cannot tell a goodbye from a crash.

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.data.Stat;

public class CuratorMember {
  /** Keeps one ephemeral node with this process's record. Thread-safe. */
  static class Member {
    private final CuratorFramework client;
    private final String path;
    private final Map<String, Object> record = new LinkedHashMap<>();
    private boolean changed = true;

    Member(CuratorFramework client, String path) {
      this.client = client;
      this.path = path;
      record.put("v", 1);
      record.put("incarnation", UUID.randomUUID().toString());
      record.put("state", "UP");
      record.put("started_at", Instant.now().toString());
      // A new session has none of the old one's nodes: write at once.
      client.getConnectionStateListenable().addListener((c, state) -> {
        if (state == ConnectionState.RECONNECTED) update(Map.of());
      });
    }

    /** Changes fields of the record; keep() writes them. */
    synchronized void update(Map<String, ?> fields) {
      record.putAll(fields);
      record.put("updated_at", Instant.now().toString());
      changed = true;
      notifyAll();
    }

    synchronized byte[] data() {
      return json(record).getBytes(StandardCharsets.UTF_8);
    }

    private synchronized byte[] dataToWrite() {
      changed = false;
      return data();
    }

    private synchronized void awaitChange(long millis) throws InterruptedException {
      if (!changed) wait(millis);
    }

    /** Writes the newest record; creates the node if it is missing. */
    void keepOnce() throws Exception {
      Stat stat = client.checkExists().forPath(path);
      if (stat == null) { // the first time, after an expiry, or a stray delete
        client.create().creatingParentsIfNeeded().withMode(CreateMode.EPHEMERAL)
            .forPath(path, dataToWrite());
      } else if (stat.getEphemeralOwner() == session()) {
        client.setData().withVersion(stat.getVersion()).forPath(path, dataToWrite());
      } else { // a namesake, or our last session: it is not ours to touch
        throw new IOException("owned by session 0x" + Long.toHexString(stat.getEphemeralOwner()));
      }
    }

    private long session() throws Exception {
      return client.getZookeeperClient().getZooKeeper().getSessionId();
    }

    /** Until `stop`: at most one write a second, and a look every five. */
    void keep(CountDownLatch stop) {
      try {
        do {
          awaitChange(5000);
          try {
            keepOnce();
          } catch (Exception failed) {
            System.err.println(path + ": " + failed + ", trying again");
            update(Map.of());
          }
        } while (!stop.await(1, TimeUnit.SECONDS));
      } catch (InterruptedException nobodyDoes) {
        Thread.currentThread().interrupt();
      }
    }

    /** LEAVING tells a goodbye from a crash. Watchers get a moment to read it. */
    void leave() throws Exception {
      update(Map.of("state", "LEAVING"));
      keepOnce();
      Thread.sleep(100);
      client.delete().forPath(path);
    }
  }

  /** JSON of maps, lists, numbers and strings. */
  static String json(Object value) {
    if (value instanceof Map<?, ?> map)
      return map.entrySet().stream()
          .map(e -> json(e.getKey()) + ":" + json(e.getValue()))
          .collect(Collectors.joining(",", "{", "}"));
    if (value instanceof List<?> list)
      return list.stream().map(CuratorMember::json).collect(Collectors.joining(",", "[", "]"));
    if (value instanceof Number) return value.toString();
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : value.toString().toCharArray())
      if (c == '"' || c == '\\') quoted.append('\\').append(c);
      else if (c < ' ') quoted.append(String.format("\\u%04x", (int) c));
      else quoted.append(c);
    return quoted.append('"').toString();
  }

  /** Some real work. Returns the bytes read. */
  static long check(Path file) {
    CRC32 sum = new CRC32();
    long size = 0;
    byte[] block = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n; (n = in.read(block)) > 0; size += n) sum.update(block, 0, n);
    } catch (IOException unreadable) {
      return size;
    }
    return size;
  }

  static void work(Member member, Path directory, CountDownLatch stop) throws Exception {
    List<Path> files;
    try (Stream<Path> found = Files.walk(directory)) {
      files = found.filter(Files::isRegularFile).collect(Collectors.toList());
    }
    Map<String, Object> task = new LinkedHashMap<>();
    task.put("id", "check-1");
    task.put("name", "check");
    task.put("state", "RUNNING");
    task.put("total", files.size());
    task.put("unit", "files");
    task.put("started_at", Instant.now().toString());
    long bytes = 0;
    for (int done = 1; done <= files.size(); ++done) {
      bytes += check(files.get(done - 1));
      task.put("done", done);
      task.put("updated_at", Instant.now().toString());
      if (done == files.size()) task.put("state", "SUCCEEDED");
      member.update(Map.of("tasks", List.of(new LinkedHashMap<>(task)),
          "gauges", Map.of("bytes_checked", bytes)));
      if (stop.await(10, TimeUnit.MILLISECONDS)) return; // so that there is something to watch
    }
    stop.await();
  }

  public static void main(String[] args) throws Exception {
    String zookeeper = "127.0.0.1:2181", parent = "/clusterServer", service = "java-example";
    Map<String, String> labels = new LinkedHashMap<>();
    List<String> words = new ArrayList<>();
    for (int i = 0; i < args.length; ++i) switch (args[i]) {
      case "--zookeeper" -> zookeeper = args[++i];
      case "--cluster-path" -> parent = args[++i];
      case "--service" -> service = args[++i];
      case "--label" -> labels.put(args[++i].split("=")[0], args[i].split("=", 2)[1]);
      default -> words.add(args[i]);
    }

    // Starts while ZooKeeper is away, too. One retry: keep() has the patience.
    CuratorFramework client = CuratorFrameworkFactory.newClient(
        zookeeper, 10_000, 5_000, new RetryOneTime(500));
    client.start();
    Member member = new Member(client, parent + "/" + words.get(0));

    HttpServer http = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    http.createContext("/", exchange -> {
      byte[] answer = member.data();
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
      exchange.close();
    });
    http.start();
    member.update(Map.of("service", service, "labels", labels,
        "endpoints", Map.of("http", "127.0.0.1:" + http.getAddress().getPort())));

    CountDownLatch stop = new CountDownLatch(1);
    Thread main = Thread.currentThread();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      stop.countDown();
      try {
        main.join(10_000); // the machine waits for this thread, not for that one
      } catch (InterruptedException goOn) {
        return;
      }
    }));
    Thread keeper = new Thread(() -> member.keep(stop));
    keeper.start();
    work(member, Path.of(words.size() > 1 ? words.get(1) : "/usr/share/doc"), stop);
    http.stop(0);
    member.update(Map.of()); // wakes the keeper
    keeper.join();
    try {
      member.leave();
    } finally {
      client.close();
    }
  }
}
