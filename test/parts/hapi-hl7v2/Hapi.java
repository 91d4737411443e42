import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.HL7Exception;
import ca.uhn.hl7v2.HapiContext;
import ca.uhn.hl7v2.app.HL7Service;
import ca.uhn.hl7v2.llp.ExtendedMinLowerLayerProtocol;
import ca.uhn.hl7v2.model.Message;
import ca.uhn.hl7v2.protocol.ReceivingApplication;
import ca.uhn.hl7v2.util.Terser;
import ca.uhn.hl7v2.util.idgenerator.InMemoryIDGenerator;
import java.io.IOException;

/** What the programs here share: a context with HAPI's default validation whose charset is the one that MSH-18 declares. */
final class Hapi {
  private Hapi() {}

  static HapiContext context(Loopback sockets) {
    HapiContext context = new DefaultHapiContext();
    // The default generator writes a file into the working folder.
    context.getParserConfiguration().setIdGenerator(new InMemoryIDGenerator());
    context.setLowerLayerProtocol(new ExtendedMinLowerLayerProtocol());
    context.setSocketFactory(sockets);
    return context;
  }

  /** Listens on a port (0 = any free one), and prints it. */
  static void listen(HapiContext context, Loopback sockets, int port, ReceivingApplication<Message> application) throws Exception {
    HL7Service service = context.newServer(port, false);
    service.registerApplication(application);
    service.startAndWait();
    System.out.println(sockets.port());
    System.out.flush();
  }

  /** An acknowledgement that declares the charset of its message: without it the answer would be written as US-ASCII. */
  static Message answer(Message message) throws HL7Exception {
    try {
      Message answer = message.generateACK();
      String charset = new Terser(message).get("/.MSH-18");
      if (charset != null) new Terser(answer).set("/.MSH-18", charset);
      return answer;
    } catch (IOException e) {
      throw new HL7Exception(e);
    }
  }
}
