package org.accrual.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryArchiveTest {
  @TempDir Path folder;

  @Test
  void isFoundInThisBuild() {
    assertThat(RegistryArchive.find()).isRegularFile();
  }

  @Test
  void isFoundBesideTheJars() throws IOException {
    Path archive = file("target/libs/" + RegistryArchive.FILE);

    assertThat(RegistryArchive.find(file("target/libs/kafka.jar"))).isEqualTo(archive);
  }

  @Test
  void isFoundInALocalRepositoryWhoseReleasesAreInAFolderOfTheirOwn() throws IOException {
    Path archive = file("cached/releases/" + RegistryArchive.IN_REPOSITORY);
    Path kafka = file("cached/releases/org/apache/kafka/kafka_2.13/4/kafka_2.13-4.jar");

    assertThat(RegistryArchive.find(folder.resolve("target/classes"), kafka)).isEqualTo(archive);
  }

  @Test
  void isNamedWhenItIsMissing() throws IOException {
    Path jar = file("target/libs/kafka.jar");

    assertThatThrownBy(() -> RegistryArchive.find(jar))
        .isInstanceOf(EmbeddedPartException.class)
        .hasMessageContaining(RegistryArchive.FILE);
  }

  private Path file(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.createFile(file);
  }
}
