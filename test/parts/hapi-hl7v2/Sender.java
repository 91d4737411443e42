import ca.uhn.hl7v2.HL7Exception;
import ca.uhn.hl7v2.HapiContext;
import ca.uhn.hl7v2.app.Connection;
import ca.uhn.hl7v2.app.Initiator;
import ca.uhn.hl7v2.model.v251.datatype.TX;
import ca.uhn.hl7v2.model.v251.message.ORU_R01;
import ca.uhn.hl7v2.model.v251.segment.OBX;
import ca.uhn.hl7v2.util.Terser;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sender PORT COUNT CONNECTIONS THREADS CHARSET BYTES: sends ORU^R01 with ids H1, H2 .. to 127.0.0.1:PORT, THREADS at once over each of CONNECTIONS
 * (more than one thread: pipelined), text in CHARSET (MSH-18), OBX-5 of BYTES characters. Prints the accepted, then what went wrong.
 */
public final class Sender {
  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    int count = Integer.parseInt(args[1]);
    int threads = Integer.parseInt(args[3]);
    HapiContext context = Hapi.context(new Loopback());
    List<Connection> connections = new ArrayList<>();
    // `newClient` would give the same pooled connection each time.
    for (int i = 0; i < Integer.parseInt(args[2]); i++) connections.add(context.newLazyClient("127.0.0.1", port, false));
    AtomicInteger sent = new AtomicInteger();
    AtomicInteger accepted = new AtomicInteger();
    List<String> faults = new ArrayList<>();
    ExecutorService pool = Executors.newFixedThreadPool(connections.size() * threads);
    for (int thread = 0; thread < connections.size() * threads; thread++) {
      Connection connection = connections.get(thread % connections.size());
      pool.submit(() -> {
        Initiator initiator = connection.getInitiator();
        initiator.setTimeout(20, TimeUnit.SECONDS);
        for (int i = sent.incrementAndGet(); i <= count; i = sent.incrementAndGet()) {
          String fault = send(initiator, message(context, "H" + i, args[4], Integer.parseInt(args[5])), "H" + i);
          if (fault == null) accepted.incrementAndGet();
          else synchronized (faults) {
            faults.add(fault);
          }
        }
        return null;
      });
    }
    pool.shutdown();
    pool.awaitTermination(60, TimeUnit.SECONDS);
    System.out.println(accepted.get());
    for (String fault : faults) System.out.println(fault);
    System.exit(0);
  }

  private static ORU_R01 message(HapiContext context, String id, String charset, int bytes) throws Exception {
    ORU_R01 message = context.newMessage(ORU_R01.class);
    message.initQuickstart("ORU", "R01", "T");
    message.getMSH().getMessageControlID().setValue(id);
    message.getMSH().getCharacterSet(0).setValue(charset);
    new Terser(message).set("/.PID-5-1", "MÜLLERß");
    OBX result = message.getPATIENT_RESULT().getORDER_OBSERVATION().getOBSERVATION().getOBX();
    result.getValueType().setValue("TX");
    TX text = new TX(message);
    text.setValue("37.2 °C" + "x".repeat(bytes));
    result.getObservationValue(0).setData(text);
    return message;
  }

  /** What was wrong with the answer; null = nothing. */
  private static String send(Initiator initiator, ORU_R01 message, String id) {
    try {
      Terser answer = new Terser(initiator.sendAndReceive(message));
      String code = answer.get("/.MSA-1");
      String answered = answer.get("/.MSA-2");
      return "AA".equals(code) && id.equals(answered) ? null : id + " " + code + " " + answered;
    } catch (Exception e) {
      return id + " " + e;
    }
  }
}
