package org.accrual.systemtests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.longrunning.Operation;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The six things a person does in the console, by mouse and by keyboard, while enrollments run. */
@Tag("faults")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleIT {
  /** Letters only: errors are grouped by what comes before the first digit. */
  private static final String RUN =
      Long.toString(System.nanoTime() % 100_000, 26)
          .chars()
          .map(each -> Character.isDigit(each) ? 'q' + each - '0' : each)
          .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
          .toString();

  private static final int EVENTS_PARKED_A_KEY = 6;

  private final TestStack stack = TestStack.shared();
  private final ConsoleTrouble trouble = new ConsoleTrouble(stack);
  private final SiteClient client = stack.client();
  private final Traffic traffic = new Traffic(stack, "TRAFFIC-" + RUN, Duration.ofMillis(250));
  private Chromium chromium;
  private ConsolePage console;

  @BeforeAll
  void start() {
    chromium = new Chromium();
    traffic.start();
  }

  @AfterAll
  void end() {
    traffic.close();
    client.close();
    chromium.close();
    trouble.remove();
  }

  @AfterEach
  void theBrowserDoesNotComplain() {
    console.hasNoComplaints();
    console.close();
  }

  @ParameterizedTest
  @EnumSource
  void seesWhatIsWrongAndEnrollsADemoPatientWhoseFlowDrawsItself(Hand hand) {
    open("");
    console.sees(console.text("consumers")).sees(console.text("Accrual"));
    assertThat(console.page().locator(".pipeline")).containsText("projection");

    hand.press(console.button("Enroll a demo patient"));

    assertThat(console.heading()).containsText(Pattern.compile("ON STUDY, confirmed in"));
    assertThat(console.page().locator("a.node", has("email"))).isVisible();
    assertThat(console.page().locator("a.node", has("confirmed"))).isVisible();
    assertThat(console.place()).startsWith("/enrollments/").contains("follow=1");
  }

  @ParameterizedTest
  @EnumSource
  void looksIntoAFlowInThreeViews(Hand hand) {
    Operation operation = client.enrolled(traffic.next());
    String id = SiteClient.metadata(operation).getEnrollmentId();
    open("/enrollments/" + id);
    assertThat(console.heading()).containsText("ON STUDY");

    hand.press(console.page().locator("a.node", has("slot reserved")).first());
    assertThat(console.page().locator("aside.panel")).containsText("capacity");
    assertThat(console.place()).contains("hop=");
    hand.press(console.link("^time$"));
    assertThat(console.page().locator(".timeline")).containsText("projection");
    hand.press(console.link("^table$"));
    assertThat(console.page().locator("main table")).containsText("applied");
    assertThat(console.page().locator("main table")).not().containsText("waiting");
    String asSeen = console.page().locator("main").innerText();
    console.page().reload();
    assertThat(console.page().locator("aside.panel")).containsText("capacity");
    assertThat(console.page().locator("main").innerText()).isEqualTo(asSeen);
  }

  @ParameterizedTest
  @EnumSource
  void redrivesExactlyWhatWasPreviewedAndDiscardsWithAReason(Hand hand) {
    String study = "BAD" + hand + RUN.toUpperCase(Locale.ROOT);
    trouble.park(client, study, 2);
    String first = "first_" + study;
    await().atMost(Duration.ofSeconds(30)).until(() -> parkedOf(study) == 2 * EVENTS_PARKED_A_KEY);
    open("/dead-letters?consumer=projection");
    hand.press(groupOf(study).locator("a[data-step]").first());
    assertThat(console.page().locator("pre")).containsText("criteria_version");
    assertThat(console.page().locator("main")).not().containsText(Pattern.compile("\\barms?\\b"));
    hand.press(console.button("Discard 1 event"));
    hand.type(console.page().getByLabel("Who does this"), "ada");
    hand.type(console.page().getByLabel("Why"), "assessed twice, " + first);
    hand.press(console.page().locator("dialog.ask button.first, dialog.ask button.danger"));
    assertThat(console.page().locator("h1 + .beside")).containsText("discarded");
    assertThat(console.page().locator("main")).containsText("assessed twice");

    trouble.mend(study);
    open("/dead-letters?consumer=projection");
    hand.press(groupOf(study).locator("input[type=checkbox]"));
    redrivesWhatItPreviews(hand);
    assertThat(parkedOf(study)).isZero();

    // What was parked behind the one that is given up failed for nothing of its own.
    open("/dead-letters?consumer=projection");
    redrivesWhatItPreviews(hand);
    assertThat(
            trouble.count("select letter_id from ops.dead_letters where consumer = 'projection'"))
        .isZero();
  }

  private void redrivesWhatItPreviews(Hand hand) {
    hand.press(console.button("^Dry run"));
    Locator go = console.button("^Redrive \\d+ events in \\d+ keys?$");
    console.sees(go);
    String counted = go.innerText();
    hand.press(console.button("copy SQL"));
    await().until(() -> console.clipboard().startsWith("select"));
    assertThat(counted).startsWith("Redrive " + trouble.count(console.clipboard()) + " events");
    hand.press(go);
    hand.type(console.page().getByLabel("Who does this"), "ada");
    hand.press(console.page().locator("dialog.ask button.first"));
    assertThat(console.heading()).containsText("Redrive of");
    assertThat(console.page().locator("h1 + .beside")).containsText("done");
  }

  private Locator groupOf(String study) {
    return console.page().locator(".group", has("refuses " + study));
  }

  @ParameterizedTest
  @EnumSource
  void rebuildsAProjectionAndSeesItThrough(Hand hand) {
    open("/projections/analytics");
    assertThat(console.page().locator(".card")).containsText("staleness");

    hand.press(console.button("Rebuild from"));
    hand.type(console.page().getByLabel("Who does this"), "ada " + hand);
    hand.press(console.page().locator("dialog.ask button.first"));

    assertThat(console.page().locator(".rebuild"))
        .containsText(Pattern.compile("switched.*asked by ada " + hand, Pattern.DOTALL));
  }

  @ParameterizedTest
  @EnumSource
  void readsACaughtMail(Hand hand) {
    String patient = "M-" + hand + "-" + RUN;
    client.setContact(traffic.study(), patient);
    client.enrolled(SiteClient.enroll(traffic.study(), "S1", patient));
    open("/mails?patient=" + patient);
    Locator sent = console.page().locator("tr", has("sent")).locator("a[data-step]");

    hand.press(sent.first());

    assertThat(console.heading()).containsText(patient);
    assertThat(console.page().locator(".caught pre")).containsText(traffic.study());
  }

  @ParameterizedTest
  @EnumSource
  void findsByPatientEnrollmentAndCorrelation(Hand hand) {
    Operation operation = client.enrolled(traffic.next());
    var metadata = SiteClient.metadata(operation);
    open("");

    search(hand, metadata.getEnrollmentId());
    assertThat(console.heading()).containsText(metadata.getPatientId());
    search(hand, metadata.getCorrelationId());
    assertThat(console.heading()).containsText(metadata.getPatientId());
    search(hand, metadata.getPatientId());
    hand.press(console.link("EnrollPatient").first());
    assertThat(console.heading()).containsText(metadata.getPatientId());
  }

  private void search(Hand hand, String text) {
    if (hand == Hand.KEYBOARD) {
      console.page().locator("main").focus();
      console.page().keyboard().press("/");
      console.page().keyboard().type(text);
    } else {
      hand.type(console.page().locator("#search"), text);
    }
    console.page().keyboard().press("Enter");
  }

  private void open(String path) {
    if (console != null) {
      console.close();
    }
    console = new ConsolePage(chromium.browser(), stack.console(), 1440, ColorScheme.LIGHT);
    console.open(path);
  }

  private long parkedOf(String study) {
    return trouble.count(
        """
        select d.letter_id from ops.dead_letters d join ops.dead_letters f using (consumer, topic, key)
         where f.place = 1 and f.error like '%%refuses %s%%'"""
            .formatted(study));
  }

  private static Page.LocatorOptions has(String text) {
    return new Page.LocatorOptions().setHasText(text);
  }
}
