package org.accrual.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.accrual.embedded.EmbeddedKafka;
import org.accrual.embedded.EmbeddedPostgres;
import org.accrual.embedded.EmbeddedRegistry;
import org.accrual.embedded.EmbeddedSmtp;
import org.accrual.embedded.FreePort;
import org.accrual.embedded.Leash;

/** The processes of a stack: how each is run, and how it is seen that it serves. */
final class Parts {
  /**
   * A local run starts eight JVMs to be tried for minutes: the second compiler would only slow
   * that.
   */
  private static final List<String> JAVA_OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:+ExitOnOutOfMemoryError",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private final StackSettings settings;
  private final Addresses addresses;
  private final Build build;

  Parts(StackSettings settings) {
    this.settings = settings;
    this.addresses = new Addresses(settings.ports());
    this.build = Build.in(settings.home());
  }

  Part postgresql() {
    return new Part(
        Stack.POSTGRESQL,
        embedded(
            Stack.POSTGRESQL,
            List.of("-Xmx64m"),
            EmbeddedPostgres.class,
            settings.ports().postgresql(),
            Addresses.DATABASE,
            Addresses.REGISTRY_DATABASE),
        Map.of(),
        // The database that is made last.
        () -> EmbeddedPostgres.answers(addresses.registryJdbc()),
        Duration.ofSeconds(27));
  }

  Part kafka() {
    return new Part(
        Stack.KAFKA,
        embedded(Stack.KAFKA, List.of("-Xmx320m"), EmbeddedKafka.class, settings.ports().kafka()),
        Map.of(),
        // A client is costly to make: not before something listens.
        () ->
            Probes.listens(Addresses.HOST, settings.ports().kafka())
                && EmbeddedKafka.answers(addresses.kafka(), Duration.ofSeconds(2)),
        Duration.ofSeconds(12));
  }

  Part registry() {
    return new Part(
        Stack.REGISTRY,
        EmbeddedRegistry.command(
            Addresses.HOST, settings.ports().registry(), addresses.registryJdbc()),
        Map.of(),
        () -> EmbeddedRegistry.answers(addresses.registry()),
        Duration.ofSeconds(5));
  }

  Part smtp() {
    return new Part(
        Stack.SMTP,
        embedded(Stack.SMTP, List.of("-Xmx48m"), EmbeddedSmtp.class, settings.ports().smtp()),
        Map.of(),
        () -> EmbeddedSmtp.answers(Addresses.HOST, settings.ports().smtp()),
        Duration.ofSeconds(5));
  }

  List<Part> services() {
    Blinding blinding = Blinding.in(settings.data());
    Ports ports = settings.ports();
    Mail mail = Mail.in(settings.data(), ports.smtp());
    Map<String, String> consumersSecrets = new HashMap<>(blinding.forOpening());
    consumersSecrets.putAll(mail.secrets());
    List<Part> services = new ArrayList<>();
    services.add(
        service(
            Stack.CORE,
            build.jar("enrollment-core", "accrual-enrollment-core"),
            blinding.forSealing(),
            ports.coreHttp(),
            options(Stack.CORE, "-Daccrual.grpc.port=" + ports.coreGrpc())));
    services.add(
        service(
            Stack.RELAY,
            relayJar(),
            Map.of(),
            ports.relayHttp(),
            options(Stack.RELAY, names()),
            // A relay that refuses waits for a person, who needs the other processes.
            url -> Probes.streams(url) || Probes.refusal(url).isPresent()));
    services.add(
        consumers(
            1, consumersSecrets, mail.options(), ports.consumersHttp(), ports.consumersGrpc()));
    for (int number = 2; number <= settings.consumers(); number++) {
      services.add(
          consumers(number, consumersSecrets, mail.options(), FreePort.pick(), FreePort.pick()));
    }
    return services;
  }

  /** Returns the command that repairs the relay's slot while everything else runs. */
  String recoverCommand() {
    List<String> command = new ArrayList<>(List.of("java"));
    command.addAll(connections());
    command.addAll(List.of(names()));
    command.addAll(List.of("-jar", relayJar().toString(), "recover"));
    return String.join(" ", command);
  }

  private String[] names() {
    return new String[] {
      "-Daccrual.relay.slot=" + settings.slot(),
      "-Daccrual.relay.publication=" + settings.publication()
    };
  }

  private Path relayJar() {
    return build.jar("outbox-relay", "accrual-outbox-relay");
  }

  private Part consumers(
      int number,
      Map<String, String> secrets,
      List<String> mailOptions,
      int httpPort,
      int grpcPort) {
    List<String> options = new ArrayList<>(mailOptions);
    options.add("-Daccrual.grpc.port=" + grpcPort);
    options.add("-Daccrual.console.core=" + addresses.commands());
    options.add("-Daccrual.console.demo=true");
    options.addAll(settings.options().getOrDefault(Stack.CONSUMERS, List.of()));
    return service(
        Stack.consumers(number),
        build.jar("consumers", "accrual-consumers"),
        secrets,
        httpPort,
        options);
  }

  /** Fails with one line if a jar is missing. */
  void requireBuilt() {
    launcher();
    services();
  }

  private Part service(
      String name, Path jar, Map<String, String> environment, int httpPort, List<String> further) {
    return service(name, jar, environment, httpPort, further, Probes::ready);
  }

  private Part service(
      String name,
      Path jar,
      Map<String, String> environment,
      int httpPort,
      List<String> further,
      Predicate<String> healthy) {
    List<String> options = new ArrayList<>(JAVA_OPTIONS);
    options.add("-Xmx256m");
    options.addAll(connections());
    options.add("-Daccrual.http.port=" + httpPort);
    options.addAll(further);
    String base = addresses.http(httpPort);
    return new Part(
        name,
        command(options, jar, environment),
        environment,
        () -> healthy.test(base),
        () -> Probes.live(base),
        Duration.ofSeconds(12));
  }

  private List<String> connections() {
    return List.of(
        "-Daccrual.database.url=" + addresses.jdbc(),
        "-Daccrual.database.user=" + Addresses.OWNER,
        "-Daccrual.kafka.bootstrap-servers=" + addresses.kafka(),
        "-Daccrual.registry.url=" + addresses.registry());
  }

  private List<String> command(List<String> options, Path jar, Map<String, String> environment) {
    List<String> command = Leash.command(options, jar);
    if (settings.ofTheShell()) {
      return command;
    }
    Set<String> inherited = new HashSet<>(System.getenv().keySet());
    inherited.removeAll(environment.keySet());
    return ShellSettings.withheld(command, inherited);
  }

  /** With those that were asked for, which come last and so override. */
  private List<String> options(String name, String... ours) {
    List<String> options = new ArrayList<>(List.of(ours));
    options.addAll(settings.options().getOrDefault(name, List.of()));
    return options;
  }

  private List<String> embedded(
      String name, List<String> tuning, Class<?> program, int port, String... further) {
    List<String> options = new ArrayList<>(JAVA_OPTIONS);
    options.addAll(tuning);
    options.addAll(settings.options().getOrDefault(name, List.of()));
    List<String> arguments = new ArrayList<>();
    arguments.add(settings.data().resolve(name).toString());
    arguments.add(Addresses.HOST);
    arguments.add(Integer.toString(port));
    arguments.addAll(List.of(further));
    return Leash.command(options, launcher(), program.getName(), arguments);
  }

  private Path launcher() {
    return build.jar("deploy/local", "accrual-local");
  }
}
