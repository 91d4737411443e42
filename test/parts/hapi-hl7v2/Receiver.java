import ca.uhn.hl7v2.HL7Exception;
import ca.uhn.hl7v2.model.Message;
import ca.uhn.hl7v2.protocol.ReceivingApplication;
import ca.uhn.hl7v2.util.Terser;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

/** Receiver PORT: acknowledges what passes HAPI's default validation. At the end of its standard input it prints how many, the names in PID-5, and the longest OBX-5. */
public final class Receiver {
  public static void main(String[] args) throws Exception {
    Loopback sockets = new Loopback();
    AtomicInteger received = new AtomicInteger();
    AtomicInteger longest = new AtomicInteger();
    TreeSet<String> names = new TreeSet<>();
    Hapi.listen(Hapi.context(sockets), sockets, Integer.parseInt(args[0]), new ReceivingApplication<Message>() {
      @Override
      public boolean canProcess(Message message) {
        return true;
      }

      @Override
      public Message processMessage(Message message, Map<String, Object> metadata) throws HL7Exception {
        received.incrementAndGet();
        String name = valueOf(message, "/.PID-5-1");
        synchronized (names) {
          if (name != null && names.size() < 1000) names.add(name);
        }
        String text = valueOf(message, "/.OBX-5-1");
        if (text != null) longest.accumulateAndGet(text.length(), Math::max);
        return Hapi.answer(message);
      }
    });
    while (System.in.read() != -1) {}
    System.out.println(received.get());
    System.out.println(String.join(" ", names));
    System.out.println(longest.get());
    System.exit(0);
  }

  private static String valueOf(Message message, String path) {
    try {
      return new Terser(message).get(path);
    } catch (HL7Exception e) {
      return null;
    }
  }
}
