package org.accrual.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No gRPC contract changes unseen: buf compares it with the released one, {@code
 * src/main/resources/history/proto/released.binpb}. {@code -Dcontract=release} makes today's the
 * released one: once, when a release is cut.
 */
class ProtoContractTest {
  private static final Path RELEASED = Path.of("src/main/resources/history/proto/released.binpb");

  @BeforeAll
  static void release() throws IOException {
    if ("release".equals(System.getProperty("contract"))) {
      FileDescriptorSet.Builder released = FileDescriptorSet.newBuilder();
      for (FileDescriptorProto file : Buf.read(Buf.IMAGE).getFileList()) {
        released.addFile(file.toBuilder().clearSourceCodeInfo());
      }
      Files.createDirectories(RELEASED.getParent());
      Files.write(RELEASED, released.build().toByteArray());
    }
  }

  @Test
  void keepsTheRules() {
    Buf.Answer answer = Buf.lint(Buf.IMAGE);

    assertThat(answer.text()).as("buf lint: see buf/buf.yaml").isEmpty();
    assertThat(answer.exitCode()).isZero();
  }

  @Test
  void breaksNobodyWhoUsesTheReleasedOne() {
    Buf.Answer answer = Buf.breaking(Buf.IMAGE, RELEASED);

    assertThat(answer.text()).as("buf breaking, against %s", RELEASED).isEmpty();
    assertThat(answer.exitCode()).isZero();
  }

  /** One of each kind of change that breaks somebody, in one run: each is named. */
  @Test
  void anIncompatibleChangeIsNamed(@TempDir Path folder) throws IOException {
    FileDescriptorSet image = Buf.read(Buf.IMAGE);
    Path changed = folder.resolve("changed.binpb");
    Files.write(changed, ProtoChanges.all(image).toByteArray());

    Buf.Answer answer = Buf.breaking(changed, Buf.IMAGE);

    assertThat(answer.exitCode()).isEqualTo(100);
    ProtoChanges.NAMED.forEach(
        (rule, names) ->
            assertThat(answer.text().lines().filter(line -> line.contains("\"" + rule + "\"")))
                .as(rule)
                .anySatisfy(line -> assertThat(line).contains(names)));
  }
}
