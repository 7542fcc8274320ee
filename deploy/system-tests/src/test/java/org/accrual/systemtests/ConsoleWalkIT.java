package org.accrual.systemtests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * One person's way through all that the console does, with mouse and keys in turn, while
 * enrollments run. {@link ConsoleIT} does each thing whole with either alone.
 */
class ConsoleWalkIT {
  private static final String STUDY = "WALK";
  private static final int WIDTH = 1440;

  private final TestStack stack = TestStack.shared();

  @Test
  void oneWayThroughAllOfIt() {
    ConsoleTrouble trouble = new ConsoleTrouble(stack);
    try (SiteClient client = stack.client();
        Traffic traffic = new Traffic(stack, "TRAFFIC-WALK", Duration.ofMillis(250));
        Chromium chromium = new Chromium();
        ConsolePage console =
            new ConsolePage(chromium.browser(), stack.console(), WIDTH, ColorScheme.LIGHT)) {
      traffic.start();
      trouble.park(client, STUDY, 1);

      String patient = enrollsADemoPatient(console.open(""));
      readsItsMail(console, patient);
      findsIt(console, patient);
      redrives(console, trouble);
      rebuilds(console);

      console.hasNoComplaints();
    } finally {
      trouble.remove();
    }
  }

  /** Answers the patient's id. */
  private static String enrollsADemoPatient(ConsolePage console) {
    assertThat(console.page().locator(".pipeline")).containsText("projection");
    Hand.MOUSE.press(console.button("Enroll a demo patient"));
    assertThat(console.heading()).containsText(Pattern.compile("ON STUDY, confirmed in"));
    Hand.KEYBOARD.press(node(console, "slot reserved"));
    assertThat(console.page().locator("aside.panel")).containsText("capacity");
    Hand.MOUSE.press(console.link("^time$"));
    assertThat(console.page().locator(".timeline")).containsText("projection");
    Hand.MOUSE.press(console.link("^table$"));
    assertThat(console.page().locator("main table")).containsText("applied");
    return console.heading().innerText().split(" ")[1];
  }

  private static void readsItsMail(ConsolePage console, String patient) {
    console.keys("g", "m");
    assertThat(console.heading()).hasText("Mails and texts");
    Hand.KEYBOARD.type(console.page().getByLabel("patient", exactly()), patient);
    console.keys("Enter");
    Locator sent = console.page().locator("tr", has("sent")).locator("a[data-step]");
    Hand.MOUSE.press(sent.first());
    assertThat(console.heading()).containsText(patient);
    assertThat(console.page().locator(".caught pre")).containsText("DEMO");
  }

  private static void findsIt(ConsolePage console, String patient) {
    console.keys("/");
    console.page().keyboard().type(patient);
    console.keys("Enter");
    Hand.KEYBOARD.press(console.link("EnrollPatient"));
    assertThat(console.heading()).containsText(patient + " ON STUDY");
  }

  private static void redrives(ConsolePage console, ConsoleTrouble trouble) {
    trouble.mend(STUDY);
    console.keys("g", "d");
    Locator group = console.page().locator(".group", has("refuses " + STUDY));
    Hand.MOUSE.press(group.locator("a[data-step]").first());
    assertThat(console.page().locator("pre")).containsText("criteria_version");
    console.keys("Escape");
    Hand.KEYBOARD.press(group.locator("input[type=checkbox]"));
    Hand.MOUSE.press(console.button("^Dry run"));
    Hand.MOUSE.press(console.button("^Redrive \\d+ events in 1 key$"));
    Hand.KEYBOARD.type(console.page().getByLabel("Who does this"), "ada");
    console.keys("Enter");
    assertThat(console.page().locator("h1 + .beside")).containsText("done");
    assertThat(trouble.count("select letter_id from ops.dead_letters where error like '%WALK%'"))
        .isZero();
  }

  private static void rebuilds(ConsolePage console) {
    console.keys("g", "p");
    Hand.MOUSE.press(console.link("^analytics$"));
    // Until then the list of both is still there.
    assertThat(console.page().locator("h1")).hasText("Projection analytics");
    assertThat(console.page().locator(".card")).containsText("staleness");
    Hand.MOUSE.press(console.button("Rebuild from"));
    Hand.KEYBOARD.type(console.page().getByLabel("Who does this"), "ada walks");
    console.keys("Enter");
    assertThat(console.page().locator(".rebuild"))
        .containsText(Pattern.compile("switched.*asked by ada walks", Pattern.DOTALL));
  }

  private static Locator node(ConsolePage console, String name) {
    return console.page().locator("a.node", has(name)).first();
  }

  private static Page.GetByLabelOptions exactly() {
    return new Page.GetByLabelOptions().setExact(true);
  }

  private static Page.LocatorOptions has(String text) {
    return new Page.LocatorOptions().setHasText(text);
  }
}
