import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * Runs one SQL statement on a Litmus daemon and prints the rows, tab-separated. The token comes by
 * the environment, so that no list of processes shows it.
 */
public final class Query {
  public static void main(String[] args) throws Exception {
    if (args.length != 2) {
      System.err.println("usage: LITMUS_TOKEN=... Query grpc://HOST:PORT SQL");
      System.exit(2);
    }
    Location location = new Location(args[0].replaceFirst("^grpc:", "grpc+tcp:"));
    CallHeaders headers = new FlightCallHeaders();
    headers.insert("authorization", "Bearer " + System.getenv("LITMUS_TOKEN"));
    Ticket ticket = new Ticket(args[1].getBytes(StandardCharsets.UTF_8));
    try (RootAllocator allocator = new RootAllocator();
        FlightClient client = FlightClient.builder(allocator, location).build();
        FlightStream stream = client.getStream(ticket, new HeaderCallOption(headers))) {
      VectorSchemaRoot root = stream.getRoot();
      while (stream.next()) {
        for (int row = 0; row < root.getRowCount(); row++) {
          int current = row;
          System.out.println(root.getFieldVectors().stream()
              .map(vector -> String.valueOf(vector.getObject(current)))
              .collect(Collectors.joining("\t")));
        }
      }
    }
  }
}
