package org.accrual.consumers.notification;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException;

/** Hands one message to its carrier and returns the outcome. Throws nothing. */
final class Sending {
  private static final Duration LEFT_ALONE = Duration.ofSeconds(1);
  private static final int MOST_DOUBLINGS = 20;

  private final Carrier carrier;
  private final NotificationSettings settings;
  private final InstantSource clock;

  Sending(Carrier carrier, NotificationSettings settings, InstantSource clock) {
    this.carrier = carrier;
    this.settings = settings;
    this.clock = clock;
  }

  Outcome send(Intent intent) {
    byte[] address = intent.address();
    if (address == null) {
      return new Outcome.Skipped("NO_CONTACT");
    }
    try {
      return new Outcome.Sent(
          carrier.carry(
              intent,
              settings
                  .contacts()
                  .decrypt(
                      address,
                      new Patient(intent.studyId(), intent.patientId()),
                      intent.channel())));
    } catch (CircuitBreakerOpenException | BulkheadException leftAlone) {
      return new Outcome.Postponed(LEFT_ALONE);
    } catch (NotAccepted not) {
      return notAccepted(String.valueOf(not.getMessage()), pause(intent.attempts()), intent);
    } catch (UnreadableContact unreadable) {
      return notAccepted(String.valueOf(unreadable.getMessage()), settings.longestPause(), intent);
    } catch (RefusedForGood refused) {
      return new Outcome.Refused(String.valueOf(refused.getMessage()));
    } catch (Doubtful doubtful) {
      return inDoubt(String.valueOf(doubtful.getMessage()), intent);
    } catch (TimeoutException timedOut) {
      return inDoubt("no answer in time", intent);
    } catch (RuntimeException fault) {
      // A fault of ours, and nobody knows how far it got.
      return inDoubt("a fault: " + fault, intent);
    }
  }

  /** A message that nothing has accepted for as long as an event leads to one is given up. */
  private Outcome notAccepted(String error, Duration pause, Intent intent) {
    return clock.instant().isAfter(intent.createdAt().plus(settings.maxAge()))
        ? new Outcome.Refused("given up after " + settings.maxAge().toHours() + " h: " + error)
        : new Outcome.NotAccepted(error, pause);
  }

  private Outcome inDoubt(String error, Intent intent) {
    return new Outcome.InDoubt(error, pause(intent.attempts()));
  }

  /** Doubles from 1 s to the longest, less up to a quarter at random. */
  private Duration pause(int attempts) {
    long doubled = 1_000L << Math.min(attempts - 1, MOST_DOUBLINGS);
    long whole = Math.min(doubled, settings.longestPause().toMillis());
    return Duration.ofMillis(whole - ThreadLocalRandom.current().nextLong(whole / 4 + 1));
  }
}
