import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads a running daemon with the JDBC driver for Flight SQL; see README.md beside this file.
 *
 * <p>Prints a line that starts with OK for each subject; ends with a stack trace and exit code 1 otherwise.
 */
public final class JdbcClient {
  private static final Set<String> VIEWS =
      Set.of("channels", "events", "measurements", "runs", "sessions", "steps");

  private interface Check {
    String run(Connection connection) throws SQLException;
  }

  private interface Call {
    void run() throws SQLException;
  }

  public static void main(String[] arguments) throws Exception {
    String location = arguments[0];
    String token = arguments[1];
    try (Connection connection = connect(location, token)) {
      report("connect", connection, JdbcClient::checkConnection);
      report("metadata", connection, JdbcClient::checkMetadata);
      report("tables", connection, JdbcClient::checkTables);
      report("columns", connection, JdbcClient::checkColumns);
      report("keys", connection, JdbcClient::checkKeys);
      report("statement", connection, JdbcClient::checkStatement);
      report("values", connection, JdbcClient::checkValues);
      report("parameters", connection, JdbcClient::checkParameters);
      report("volume", connection, JdbcClient::checkVolume);
      report("refusals", connection, JdbcClient::checkRefusals);
    }
    String wrong = refusal(() -> connect(location, "wrong").close());
    System.out.println("OK token: a wrong one is refused (" + firstLine(wrong) + ")");
  }

  private static Connection connect(String location, String token) throws SQLException {
    Properties properties = new Properties();
    properties.put("token", token);
    properties.put("useEncryption", String.valueOf(location.startsWith("grpc+tls")));
    properties.put("disableCertificateVerification", "true");
    String authority = location.substring(location.indexOf("://") + 3);
    return DriverManager.getConnection("jdbc:arrow-flight-sql://" + authority, properties);
  }

  private static void report(String name, Connection connection, Check check) throws SQLException {
    System.out.println("OK " + name + ": " + check.run(connection));
  }

  private static void require(boolean condition, Object found) {
    if (!condition) {
      throw new AssertionError(String.valueOf(found));
    }
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  private static String refusal(Call call) {
    try {
      call.run();
    } catch (SQLException | RuntimeException error) {
      StringBuilder text = new StringBuilder();
      for (Throwable each = error; each != null; each = each.getCause()) {
        text.append(each.getMessage()).append(' ');
      }
      return text.toString();
    }
    throw new AssertionError("was not refused");
  }

  private static Object one(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      require(rows.next(), sql);
      return rows.getObject(1);
    }
  }

  private static List<String> strings(ResultSet rows, String column) throws SQLException {
    List<String> values = new ArrayList<>();
    try (rows) {
      while (rows.next()) {
        values.add(rows.getString(column));
      }
    }
    return values;
  }

  private static String checkConnection(Connection connection) throws SQLException {
    DatabaseMetaData metadata = connection.getMetaData();
    require(metadata.getDatabaseProductName().equals("Litmus"), metadata.getDatabaseProductName());
    require(connection.isValid(5), "isValid");
    return metadata.getDatabaseProductName() + " " + metadata.getDatabaseProductVersion()
        + ", driver " + metadata.getDriverVersion();
  }

  private static String checkMetadata(Connection connection) throws SQLException {
    DatabaseMetaData metadata = connection.getMetaData();
    require(metadata.isReadOnly(), "isReadOnly");
    require(!metadata.supportsTransactions(), "supportsTransactions");
    require(metadata.getIdentifierQuoteString().equals("\""), metadata.getIdentifierQuoteString());
    require(metadata.getSearchStringEscape().equals("\\"), metadata.getSearchStringEscape());
    require(metadata.getSQLKeywords().contains("SELECT"), metadata.getSQLKeywords());
    require(metadata.getNumericFunctions().contains("abs"), metadata.getNumericFunctions());
    require(metadata.getStringFunctions().contains("upper"), metadata.getStringFunctions());
    require(metadata.getTimeDateFunctions().contains("date_trunc"), metadata.getTimeDateFunctions());
    require(!metadata.getSystemFunctions().isEmpty(), metadata.getSystemFunctions());
    require(metadata.supportsConvert(Types.INTEGER, Types.VARCHAR), "supportsConvert");
    require(metadata.supportsGroupBy() && metadata.supportsUnionAll(), "grammar");
    require(metadata.supportsFullOuterJoins(), "supportsFullOuterJoins");
    require(metadata.getMaxStatementLength() > 0, metadata.getMaxStatementLength());
    require(metadata.getMaxColumnsInTable() == 0, metadata.getMaxColumnsInTable());
    require(metadata.getDefaultTransactionIsolation() == 0, "isolation");
    require(!metadata.supportsBatchUpdates() && !metadata.supportsSavepoints(), "updates");
    require(metadata.supportsResultSetType(ResultSet.TYPE_FORWARD_ONLY), "forward only");
    return metadata.getSQLKeywords().split(",").length + " keywords";
  }

  private static String checkTables(Connection connection) throws SQLException {
    DatabaseMetaData metadata = connection.getMetaData();
    require(strings(metadata.getCatalogs(), "TABLE_CAT").equals(List.of("memory")), "catalogs");
    require(strings(metadata.getSchemas(), "TABLE_SCHEM").equals(List.of("main")), "schemas");
    require(strings(metadata.getTableTypes(), "TABLE_TYPE").equals(List.of("VIEW")), "types");
    Set<String> tables =
        new TreeSet<>(strings(metadata.getTables(null, null, "%", null), "TABLE_NAME"));
    require(tables.containsAll(VIEWS), tables);
    String[] types = {"VIEW"};
    List<String> some = strings(metadata.getTables("memory", "ma%", "run_", types), "TABLE_NAME");
    require(some.equals(List.of("runs")), some);
    String[] others = {"TABLE"};
    require(strings(metadata.getTables(null, null, null, others), "TABLE_NAME").isEmpty(), "TABLE");
    return tables.toString();
  }

  private static String checkColumns(Connection connection) throws SQLException {
    DatabaseMetaData metadata = connection.getMetaData();
    int count = 0;
    try (ResultSet rows = metadata.getColumns("memory", "main", "runs", null)) {
      while (rows.next()) {
        count++;
        if (rows.getString("COLUMN_NAME").equals("run_started_at")) {
          require(rows.getInt("ORDINAL_POSITION") == count, count);
          String type = rows.getString("TYPE_NAME");
          require(type.equals("TIMESTAMP WITH TIME ZONE"), type);
          require(rows.getString("TABLE_NAME").equals("runs"), rows.getString("TABLE_NAME"));
        }
      }
    }
    require(count > 60, count);
    return count + " columns of runs";
  }

  private static String checkKeys(Connection connection) throws SQLException {
    DatabaseMetaData metadata = connection.getMetaData();
    List<String> keys =
        strings(metadata.getPrimaryKeys("memory", "main", "measurements"), "COLUMN_NAME");
    require(keys.contains("run_id") && keys.contains("measurement_name"), keys);
    require(strings(metadata.getImportedKeys(null, null, "runs"), "PKTABLE_NAME").isEmpty(), "");
    require(strings(metadata.getExportedKeys(null, null, "runs"), "PKTABLE_NAME").isEmpty(), "");
    ResultSet crossed = metadata.getCrossReference(null, null, "runs", null, null, "steps");
    require(strings(crossed, "PKTABLE_NAME").isEmpty(), "cross reference");
    return keys.toString();
  }

  private static String checkStatement(Connection connection) throws SQLException {
    require(((Number) one(connection, "select 1")).intValue() == 1, "select 1");
    try (Statement statement = connection.createStatement()) {
      require(statement.execute("SELECT * FROM \"memory\".\"main\".\"runs\""), "execute");
      ResultSetMetaData columns = statement.getResultSet().getMetaData();
      require(columns.isReadOnly(1) && !columns.isAutoIncrement(1), "flags");
      return columns.getColumnCount() + " columns";
    }
  }

  private static String checkValues(Connection connection) throws SQLException {
    String sql =
        "SELECT 1::TINYINT a, 300::SMALLINT b, 70000 c, 5000000000 d, 1.5::FLOAT e, 2.5::DOUBLE f,"
            + " true g, 'ü' h, 'ab'::BLOB i, DATE '2026-01-02' j, 12.345::DECIMAL(10,3) k,"
            + " TIMESTAMPTZ '2026-01-02 03:04:05.678901Z' l, NULL::VARCHAR m, [1, 2] n,"
            + " {'q': 1} o, 'red'::ENUM('red', 'blue') p, uuid() q, INTERVAL 1 MONTH r";
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      require(row.next(), "no row");
      require(row.getInt("a") == 1 && row.getInt("b") == 300 && row.getInt("c") == 70000, "ints");
      require(row.getLong("d") == 5_000_000_000L, row.getLong("d"));
      require(row.getDouble("e") == 1.5 && row.getDouble("f") == 2.5, "floats");
      require(row.getBoolean("g") && row.getString("h").equals("ü"), "bool, text");
      require(row.getBytes("i").length == 2, "blob");
      require(row.getDate("j").toLocalDate().getYear() == 2026, row.getDate("j"));
      require(row.getBigDecimal("k").equals(new BigDecimal("12.345")), row.getBigDecimal("k"));
      require(row.getTimestamp("l").toInstant().getEpochSecond() == 1767323045L, "timestamp");
      require(row.getString("m") == null && row.wasNull(), "null");
      require(row.getArray("n") != null && row.getObject("o") != null, "nested");
      require(row.getString("p").equals("red"), row.getString("p"));
      require(row.getString("q").length() == 36 && row.getObject("r") != null, "uuid, interval");
      return row.getMetaData().getColumnCount() + " types";
    }
  }

  private static String checkParameters(Connection connection) throws SQLException {
    String sql =
        "SELECT count(*) FROM events WHERE occurred_at >= ? AND event_type <> ? AND session_id IS"
            + " NOT NULL AND (step_index IS NULL OR step_index >= ?) AND ? AND ?::DOUBLE > 1";
    Number all = (Number) one(connection, "SELECT count(*) FROM events WHERE session_id IS NOT NULL");
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      require(statement.getParameterMetaData().getParameterCount() == 5, "parameters");
      statement.setTimestamp(1, Timestamp.from(Instant.parse("1990-01-01T00:00:00Z")));
      statement.setString(2, "none");
      statement.setInt(3, 0);
      statement.setBoolean(4, true);
      statement.setDouble(5, 2.5);
      require(count(statement) == all.longValue(), count(statement) + " of " + all);
      statement.setTimestamp(1, Timestamp.from(Instant.parse("2199-01-01T00:00:00Z")));
      require(count(statement) == 0, "rows from the future");
      statement.setNull(2, Types.VARCHAR);
      require(count(statement) == 0, "rows unequal to NULL");
    }
    try (PreparedStatement statement = connection.prepareStatement("SELECT ?::TIMESTAMPTZ, ?")) {
      Instant instant = Instant.parse("2026-01-02T03:04:05.678Z");
      statement.setTimestamp(1, Timestamp.from(instant));
      statement.setString(2, "text");
      try (ResultSet row = statement.executeQuery()) {
        require(row.next() && row.getTimestamp(1).toInstant().equals(instant), row.getTimestamp(1));
        require(row.getString(2).equals("text"), row.getString(2));
      }
    }
    return "timestamp, text, int, boolean, double, NULL";
  }

  private static long count(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      require(row.next(), "no row");
      return row.getLong(1);
    }
  }

  private static String checkVolume(Connection connection) throws SQLException {
    long start = System.nanoTime();
    long sum = 0;
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT i, i * 0.5 h FROM range(1000000) t(i)")) {
      while (rows.next()) {
        sum += rows.getLong(1);
      }
    }
    require(sum == 499_999_500_000L, sum);
    return String.format("1,000,000 rows in %.2f s", (System.nanoTime() - start) / 1e9);
  }

  private static String checkRefusals(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      String created = refusal(() -> statement.execute("CREATE TABLE t (x INT)"));
      require(created.contains("read-only"), created);
      String updated = refusal(() -> statement.executeUpdate("DELETE FROM events"));
      require(updated.length() > 0, updated);
      String unknown = refusal(() -> statement.executeQuery("SELECT * FROM nowhere"));
      require(unknown.contains("nowhere"), unknown);
      String unbound = refusal(() -> {
        try (PreparedStatement wanting = connection.prepareStatement("SELECT upper(?)")) {
          wanting.executeQuery().next();
        }
      });
      require(!unbound.isEmpty(), unbound);
      return firstLine(created);
    }
  }
}
