import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.HL7Exception;
import ca.uhn.hl7v2.HapiContext;
import ca.uhn.hl7v2.app.HL7Service;
import ca.uhn.hl7v2.llp.ExtendedMinLowerLayerProtocol;
import ca.uhn.hl7v2.model.Message;
import ca.uhn.hl7v2.parser.Parser;
import ca.uhn.hl7v2.protocol.ReceivingApplication;
import ca.uhn.hl7v2.util.Terser;
import ca.uhn.hl7v2.util.idgenerator.InMemoryIDGenerator;
import java.io.IOException;

/** What the programs here share: a context with HAPI's default validation whose charset is the one that MSH-18 declares. */
final class Hapi {
  /** Those of the profile `hospital`. */
  private static final String[] TYPES = {
    "ADT^A01^ADT_A01", "ADT^A03^ADT_A03", "ADT^A08^ADT_A01", "ORU^R01^ORU_R01", "ORM^O01^ORM_O01", "SIU^S12^SIU_S12", "MDM^T02^MDM_T02", "DFT^P03^DFT_P03"
  };
  private static final String SEGMENTS = "EVN||20260101\rPID|1\rPD1|1\rNK1|1\rPV1|1|I\rORC|RE\rOBR|1\rOBX|1\rOBX|2\rAL1|1\rDG1|1\r";

  private Hapi() {}

  static HapiContext context(Loopback sockets) throws HL7Exception, IOException {
    HapiContext context = new DefaultHapiContext();
    // The default generator writes a file into the working folder.
    context.getParserConfiguration().setIdGenerator(new InMemoryIDGenerator());
    context.setLowerLayerProtocol(new ExtendedMinLowerLayerProtocol());
    context.setSocketFactory(sockets);
    for (String type : TYPES) know(context, type);
    return context;
  }

  /**
   * A parser of HAPI finds out what a message may hold when it first parses one; threads that do so at the same time read each other's half. Connections
   * parse by the generic parser, which has a parser of pipes of its own.
   */
  private static void know(HapiContext context, String type) throws HL7Exception, IOException {
    for (Parser parser : new Parser[] {context.getGenericParser(), context.getPipeParser()}) {
      Message message = parser.parse("MSH|^~\\&|A|B|C|D|20260101||" + type + "|1|T|2.5.1\r" + SEGMENTS);
      parser.parse(message.generateACK().encode());
    }
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
