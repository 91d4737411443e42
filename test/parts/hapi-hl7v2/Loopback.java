import ca.uhn.hl7v2.util.StandardSocketFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;

/** HAPI binds every interface of the machine; this binds 127.0.0.1 only, and knows which port it was given. */
final class Loopback extends StandardSocketFactory {
  private volatile ServerSocket server;

  @Override
  public ServerSocket createServerSocket() throws IOException {
    server = new ServerSocket() {
      @Override
      public void bind(SocketAddress address) throws IOException {
        super.bind(new InetSocketAddress("127.0.0.1", ((InetSocketAddress) address).getPort()));
      }
    };
    return server;
  }

  int port() {
    return server.getLocalPort();
  }
}
