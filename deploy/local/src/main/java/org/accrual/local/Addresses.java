package org.accrual.local;

import org.accrual.embedded.EmbeddedPostgres;
import org.accrual.embedded.EmbeddedRegistry;

/** Where clients, operators and SQL users reach a stack. */
public record Addresses(Ports ports) {
  static final String HOST = "127.0.0.1";
  static final String DATABASE = "accrual";
  static final String REGISTRY_DATABASE = "registry";
  static final String OWNER = "postgres";

  /** Commands: StudyService, EnrollmentService, Operations. */
  public String commands() {
    return HOST + ":" + ports.coreGrpc();
  }

  /** Queries: EnrollmentQueryService and what comes with it. */
  public String queries() {
    return HOST + ":" + ports.consumersGrpc();
  }

  public String kafka() {
    return HOST + ":" + ports.kafka();
  }

  public String registry() {
    return EmbeddedRegistry.url(HOST, ports.registry());
  }

  /** For psql. */
  public String database() {
    return "postgresql://" + OWNER + "@" + HOST + ":" + ports.postgresql() + "/" + DATABASE;
  }

  /** For JDBC, with user {@code postgres} and no password. */
  public String jdbc() {
    return EmbeddedPostgres.jdbcUrl(HOST, ports.postgresql(), DATABASE);
  }

  String registryJdbc() {
    return EmbeddedPostgres.jdbcUrl(HOST, ports.postgresql(), REGISTRY_DATABASE);
  }

  /** Base address of a process's health and metrics. */
  public String http(int port) {
    return "http://" + HOST + ":" + port;
  }

  /** For a browser. */
  public String console() {
    return http(ports.consumersHttp()) + "/console";
  }

  /** All, in one line. */
  @Override
  public String toString() {
    return "console %s, commands %s, queries %s, database %s, Kafka %s, registry %s, SMTP %s, health of core %s/health, relay %s/health, consumers %s/health"
        .formatted(
            console(),
            commands(),
            queries(),
            database(),
            kafka(),
            registry(),
            HOST + ":" + ports.smtp(),
            http(ports.coreHttp()),
            http(ports.relayHttp()),
            http(ports.consumersHttp()));
  }
}
