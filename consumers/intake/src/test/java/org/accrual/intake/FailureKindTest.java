package org.accrual.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.accrual.runtime.registry.RegistryUnavailable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureKindTest {

  @ParameterizedTest
  @CsvSource({
    "08006, TRANSIENT", // connection failure
    "57P01, TRANSIENT", // admin shutdown
    "57014, TRANSIENT", // statement_timeout
    "40P01, TRANSIENT", // deadlock
    "55P03, TRANSIENT", // lock_timeout
    "53300, TRANSIENT", // too many connections
    "42P01, BROKEN", // no such table
    "42501, BROKEN", // no right
    "28P01, BROKEN", // wrong password
    "XX000, BROKEN", // internal error
    "22P02, POISON", // not a uuid
    "23505, POISON", // unique: tried alone before it is parked
    "23514, POISON", // check
    "P0001, POISON", // raised
  })
  void aDatabasesFailureIsOfOneKind(String state, FailureKind kind) {
    SQLException failure = new SQLException("failed", state);

    assertThat(FailureKind.of(failure)).isEqualTo(kind);
    assertThat(FailureKind.of(new IllegalStateException(failure))).isEqualTo(kind);
  }

  @Test
  void othersToo() {
    assertThat(FailureKind.of(new RegistryUnavailable("away", null)))
        .isEqualTo(FailureKind.TRANSIENT);
    assertThat(FailureKind.of(new TransientFailure("moved", null)))
        .isEqualTo(FailureKind.TRANSIENT);
    assertThat(FailureKind.of(new IllegalStateException("cannot be")))
        .isEqualTo(FailureKind.POISON);
    assertThat(FailureKind.of(new NoClassDefFoundError("gone"))).isEqualTo(FailureKind.BROKEN);
  }
}
