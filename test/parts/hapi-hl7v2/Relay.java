import ca.uhn.hl7v2.HL7Exception;
import ca.uhn.hl7v2.HapiContext;
import ca.uhn.hl7v2.app.Connection;
import ca.uhn.hl7v2.app.Initiator;
import ca.uhn.hl7v2.llp.LLPException;
import ca.uhn.hl7v2.model.Message;
import ca.uhn.hl7v2.protocol.ReceivingApplication;
import ca.uhn.hl7v2.protocol.ReceivingApplicationException;
import ca.uhn.hl7v2.util.Terser;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Relay PORT TO: parses, writes a control id of its own, encodes anew, forwards to 127.0.0.1:TO, and answers what was answered there, until it is ended. */
public final class Relay {
  public static void main(String[] args) throws Exception {
    int to = Integer.parseInt(args[1]);
    Loopback sockets = new Loopback();
    HapiContext context = Hapi.context(sockets);
    HapiContext outgoing = Hapi.context(new Loopback());
    AtomicLong next = new AtomicLong();
    // A connection of its own for each of HAPI's threads: one message in flight on each.
    ThreadLocal<Connection> connections = ThreadLocal.withInitial(() -> {
      try {
        synchronized (outgoing) {
          return outgoing.newLazyClient("127.0.0.1", to, false);
        }
      } catch (HL7Exception e) {
        throw new IllegalStateException(e);
      }
    });
    Hapi.listen(context, sockets, Integer.parseInt(args[0]), new ReceivingApplication<Message>() {
      @Override
      public boolean canProcess(Message message) {
        return true;
      }

      @Override
      public Message processMessage(Message message, Map<String, Object> metadata)
          throws ReceivingApplicationException, HL7Exception {
        Message answer = Hapi.answer(message);
        new Terser(message).set("/.MSH-10", "HAPI" + next.incrementAndGet());
        Initiator initiator = connections.get().getInitiator();
        initiator.setTimeout(10, TimeUnit.SECONDS);
        try {
          String code = new Terser(initiator.sendAndReceive(message)).get("/.MSA-1");
          new Terser(answer).set("/.MSA-1", code);
          return answer;
        } catch (LLPException | IOException e) {
          throw new HL7Exception(e);
        }
      }
    });
    Thread.currentThread().join();
  }
}
