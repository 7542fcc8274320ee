package org.accrual.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
  private final List<String> lines = new ArrayList<>();
  private final Report report = new Report(lines::add);

  @Test
  void isGoodWhenNothingDiffers() {
    report.check("version", 5L, 5L);

    assertThat(report.conclude()).isTrue();
  }

  @Test
  void tellsWhatDiffers() {
    report.check("version", 5L, 4L);

    assertThat(report.conclude()).isFalse();
    assertThat(lines).anySatisfy(line -> assertThat(line).contains("version: expected 5, found 4"));
  }
}
