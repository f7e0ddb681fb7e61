// A real ZooKeeper server that answers no four-letter word at all, as 3.4 does
// with an empty whitelist. Since 3.5.3 a server allows `srvr` by itself,
// whatever its zoo.cfg says, so it is taken away here.
//
//     java -cp zookeeper.jar:... MuteServer.java zoo.cfg

import java.lang.reflect.Field;
import java.util.Set;
import org.apache.zookeeper.server.command.FourLetterCommands;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;

public class MuteServer {
  public static void main(String[] args) throws Exception {
    FourLetterCommands.isEnabled("srvr");  // fills the list, once
    Field list = FourLetterCommands.class.getDeclaredField("whiteListedCommands");
    list.setAccessible(true);
    ((Set<?>) list.get(null)).clear();
    QuorumPeerMain.main(args);
  }
}
