package org.accrual.relay.stream.source;

import io.debezium.config.Configuration;
import java.util.Properties;
import org.postgresql.PGProperty;

/**
 * Where the database is, as Debezium puts it into its JDBC URL, {@code host:port}. Debezium checks
 * that the host is a name or an IPv4 address; the driver also takes an IPv6 address, and several
 * hosts with their ports. So Debezium checks a placeholder, which is replaced after that.
 *
 * @param host all of it but the last port, such as {@code a:5432,b}
 * @param port the last one
 */
record DatabaseHosts(String host, String port) {
  private static final String HOSTS = "accrual.database.hosts";
  private static final String HOSTNAME = "database.hostname";
  private static final String PLACEHOLDER = "see." + HOSTS;

  /**
   * Returns those of a URL.
   *
   * @param parts of the URL, as the driver has parsed it
   */
  static DatabaseHosts of(Properties parts) {
    String[] hosts = parts.getProperty(PGProperty.PG_HOST.getName()).split(",", -1);
    String[] ports = parts.getProperty(PGProperty.PG_PORT.getName()).split(",", -1);
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < hosts.length - 1; i++) {
      all.append(hosts[i]).append(':').append(ports[i]).append(',');
    }
    return new DatabaseHosts(all + hosts[hosts.length - 1], ports[ports.length - 1]);
  }

  void addTo(Properties properties) {
    properties.setProperty(HOSTNAME, PLACEHOLDER);
    properties.setProperty(HOSTS, host);
    properties.setProperty("database.port", port);
  }

  /** Returns the configuration with the host in place of the placeholder. */
  static Configuration inPlace(Configuration config) {
    return config.edit().with(HOSTNAME, config.getString(HOSTS)).build();
  }
}
