package org.accrual.embedded;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import kafka.server.KafkaRaftServer;

/**
 * Finds the registry's archive, which Maven resolves but keeps off every class path: beside our
 * jars where a build has put them together, else in the local repository that our jars come from.
 */
final class RegistryArchive {
  static final String FILE = "apicurio-registry-app-%s-all.tar.gz".formatted(Versions.registry());
  static final String IN_REPOSITORY =
      "io/apicurio/apicurio-registry-app/%s/%s".formatted(Versions.registry(), FILE);

  private RegistryArchive() {}

  static Path find() {
    // This class may come from a folder of classes, but Kafka's always from a jar.
    return find(Origin.of(RegistryArchive.class), Origin.of(KafkaRaftServer.class));
  }

  /** Returns the archive that lies nearest to one of the origins, the first of them first. */
  static Path find(Path... origins) {
    return Stream.of(origins)
        .flatMap(RegistryArchive::near)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(
            () ->
                new EmbeddedPartException(
                    "The registry's archive %s is not beside the jars nor in the Maven repository. Build once with Maven"
                        .formatted(FILE)));
  }

  private static Stream<Path> near(Path origin) {
    return Stream.iterate(origin.getParent(), folder -> folder != null, Path::getParent)
        .flatMap(folder -> Stream.of(folder.resolve(FILE), folder.resolve(IN_REPOSITORY)));
  }
}
