package org.accrual.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.accrual.api.study.v1.RegisterStudyRequest;
import org.accrual.core.FirstCalls.Answered;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The first calls after a start once met meters that were created on the calls' paths. */
@DisplayName("A started enrollment-core answers all of its first calls")
class FirstCallsIT {

  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  @DisplayName("of every method with every kind of outcome at once, 5 times")
  void fiveStarts() throws Exception {
    answersAfterEachOf(5);
  }

  @Test
  @Tag("faults")
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  @DisplayName("of every method with every kind of outcome at once, 30 times")
  void thirtyStarts() throws Exception {
    answersAfterEachOf(30);
  }

  private static void answersAfterEachOf(int starts) throws Exception {
    String database = RunningCore.migratedDatabase();
    RegisterStudyRequest before = Client.study("S-before").build();
    try (RunningCore core = RunningCore.start(database, Map.of())) {
      var _ = new Client(core.channel()).studies.registerStudy(before);
    }
    for (int start = 1; start <= starts; start++) {
      // Not closed when an assertion fails: a process that hangs may not stop either.
      RunningCore core = RunningCore.start(database, Map.of());
      List<Answered> answers = new FirstCalls(core.channel(), before).send();

      assertThat(answers)
          .as("start %d", start)
          .filteredOn(answer -> !answer.call().startsWith("abandoned"))
          .noneMatch(answer -> answer.code() == Status.Code.DEADLINE_EXCEEDED)
          .noneMatch(answer -> answer.code() == Status.Code.UNAVAILABLE)
          .noneMatch(answer -> answer.code() == Status.Code.INTERNAL);
      assertThat(codes(answers))
          .containsAll(
              EnumSet.of(
                  Status.Code.OK,
                  Status.Code.INVALID_ARGUMENT,
                  Status.Code.NOT_FOUND,
                  Status.Code.ALREADY_EXISTS));
      core.close();
    }
  }

  private static Set<Status.Code> codes(List<Answered> answers) {
    return answers.stream().map(Answered::code).collect(Collectors.toSet());
  }
}
