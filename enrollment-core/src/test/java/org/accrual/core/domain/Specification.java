package org.accrual.core.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Given events, when a command, then events or a refusal. */
public final class Specification<C, E, S> {
  private final S initial;
  private final BiFunction<S, E, S> fold;
  private final BiFunction<C, S, Decision<E>> decider;

  public Specification(S initial, BiFunction<S, E, S> fold, BiFunction<C, S, Decision<E>> decider) {
    this.initial = initial;
    this.fold = fold;
    this.decider = decider;
  }

  @SafeVarargs
  @SuppressWarnings("varargs") // List.of only reads them
  public final Given given(E... events) {
    return given(List.of(events));
  }

  public Given given(List<E> events) {
    S state = initial;
    for (E event : events) {
      state = fold.apply(state, event);
    }
    return new Given(state);
  }

  public final class Given {
    private final S state;

    private Given(S state) {
      this.state = state;
    }

    public Then when(C command) {
      return new Then(decider.apply(command, state));
    }

    public void is(Class<? extends S> expected) {
      assertThat(state).isInstanceOf(expected);
    }
  }

  public final class Then {
    private final Decision<E> decision;

    private Then(Decision<E> decision) {
      this.decision = decision;
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // List.of only reads them
    public final void then(E... events) {
      assertThat(decision).isEqualTo(new Decision.Accepted<>(List.of(events)));
    }

    public Refusal refused(Refusal.Reason reason) {
      assertThat(decision).isInstanceOf(Decision.Refused.class);
      Refusal refusal = ((Decision.Refused<E>) decision).refusal();
      assertThat(refusal.reason()).isEqualTo(reason);
      assertThat(refusal.message()).isNotBlank();
      return refusal;
    }

    public <T> T accepted(Function<List<E>, T> read) {
      assertThat(decision).isInstanceOf(Decision.Accepted.class);
      return read.apply(((Decision.Accepted<E>) decision).events());
    }
  }
}
