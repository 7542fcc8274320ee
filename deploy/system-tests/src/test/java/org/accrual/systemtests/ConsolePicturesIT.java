package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.longrunning.Operation;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.accrual.local.Stack;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * A picture of every screen in every state, for people to look at: {@code target/pictures}. What a
 * program can see is looked at too: overflow, and what axe-core finds.
 */
@Tag("pictures")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsolePicturesIT {
  private static final Path PICTURES = Path.of("target", "pictures");
  private static final int MIDDLE = 768;
  private static final List<Integer> WIDTHS = List.of(360, MIDDLE, 1440);
  private static final List<ColorScheme> SCHEMES = List.of(ColorScheme.LIGHT, ColorScheme.DARK);
  private static final String STUDY = "PICTURES";
  private static final String LIVE = "**/console/api/live*";

  private final TestStack stack = TestStack.shared();
  private final ConsoleTrouble trouble = new ConsoleTrouble(stack);
  private final SiteClient client = stack.client();
  private final Traffic traffic = new Traffic(stack, "ST-1", Duration.ofSeconds(2));
  private final Map<String, String> screens = new LinkedHashMap<>();
  private final List<String> findings = new ArrayList<>();
  private Chromium chromium;
  private Axe axe;

  @BeforeAll
  void start() {
    axe = new Axe();
    chromium = new Chromium();
    traffic.start();
    client.setContact("ST-1", "P-CONTACT");
    Operation operation = client.enrolled(SiteClient.enroll("ST-1", "S1", "P-CONTACT"));
    String enrollment = SiteClient.metadata(operation).getEnrollmentId();
    screens.put("overview-fine", "");
    screens.put("dead-letters-empty", "/dead-letters");
    everyScreenInEverySize();
    screens.clear();
    trouble.park(client, STUDY, 2);
    await().atMost(Duration.ofSeconds(30)).until(() -> !letters().isEmpty());
    String parked =
        stack
            .evidence()
            .rows("select key from ops.dead_letters where place = 1 limit 1")
            .getFirst();
    String mail =
        stack
            .evidence()
            .rows(
                "select notification_id::text from notification.message where patient_id = 'P-CONTACT' and channel = 'email'")
            .getFirst();
    screens.put("overview", "");
    screens.put("study", "?study=ST-1");
    screens.put("flows", "/flows");
    for (String view : List.of("graph", "time", "table")) {
      screens.put("flow-" + view, "/enrollments/" + enrollment + "?view=" + view);
      screens.put("flow-parked-" + view, "/enrollments/" + parked + "?view=" + view);
    }
    screens.put("dead-letters", "/dead-letters?consumer=projection");
    screens.put("dead-letter", "/dead-letters/" + letters().getFirst());
    screens.put("projections", "/projections");
    screens.put("projection", "/projections/analytics");
    screens.put("mails", "/mails");
    screens.put("mail", "/mails/" + mail);
    screens.put("search", "/search?q=P-CONTACT");
    screens.put("missing", "/nothing-here");
  }

  @AfterAll
  void end() {
    traffic.close();
    trouble.mend(STUDY);
    client.close();
    chromium.close();
    trouble.remove();
  }

  @Test
  void everyScreenInEverySizeAndTheme() {
    everyScreenInEverySize();
    assertThat(findings).isEmpty();
  }

  @Test
  void loadingUnansweredPausedStaleAndFailing() throws Exception {
    picture("loading", page -> page.route(LIVE, _ -> {}), page -> {});
    picture(
        "unanswered",
        page ->
            page.route(
                LIVE,
                route ->
                    route.fulfill(
                        new Route.FulfillOptions()
                            .setContentType("text/event-stream")
                            .setBody(""))),
        page -> page.locator(".banner").waitFor());
    picture("paused", page -> {}, ConsolePicturesIT::pause);
    picture("failing", page -> {}, page -> {}, "/redrives/00000000-0000-0000-0000-000000000000");
    for (int width : WIDTHS) {
      stale(width);
    }
    assertThat(findings).isEmpty();
  }

  /** Of a server that has been stopped beneath the page. */
  private void stale(int width) throws Exception {
    for (ColorScheme scheme : SCHEMES) {
      try (ConsolePage console =
          new ConsolePage(chromium.browser(), stack.console(), width, scheme).open("")) {
        settled(console.page());
        long stopped = stack.stop(Stack.CONSUMERS);
        try {
          console.page().locator(".banner").waitFor();
          take(console.page(), "stale", width, scheme);
        } finally {
          TestStack.goOn(stopped);
        }
      }
    }
  }

  private static void settled(Page page) {
    page.waitForCondition(() -> page.locator("[aria-busy=true]").count() == 0);
  }

  private static void pause(Page page) {
    settled(page);
    Locator pause = page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("pause"));
    pause.click();
    page.locator("header .state.parked").waitFor();
  }

  private void everyScreenInEverySize() {
    for (int width : WIDTHS) {
      for (ColorScheme scheme : SCHEMES) {
        try (ConsolePage console =
            new ConsolePage(chromium.browser(), stack.console(), width, scheme)) {
          screens.forEach(
              (name, path) -> {
                console.open(path);
                settled(console.page());
                take(console.page(), name, width, scheme);
              });
          console.hasNoComplaints();
        }
      }
    }
  }

  private void picture(String name, Consumer<Page> before, Consumer<Page> after, String... path) {
    for (int width : WIDTHS) {
      for (ColorScheme scheme : SCHEMES) {
        try (ConsolePage console =
            new ConsolePage(chromium.browser(), stack.console(), width, scheme)) {
          before.accept(console.page());
          console.page().navigate(stack.console() + String.join("", path));
          console.page().locator("h1, .loading, .failure").first().waitFor();
          after.accept(console.page());
          take(console.page(), name, width, scheme);
        }
      }
    }
  }

  private void take(Page page, String name, int width, ColorScheme scheme) {
    String file = "%s-%d-%s".formatted(name, width, scheme.name().toLowerCase(Locale.ROOT));
    page.screenshot(
        new Page.ScreenshotOptions().setFullPage(true).setPath(PICTURES.resolve(file + ".png")));
    int overflow = (int) page.evaluate("() => document.documentElement.scrollWidth - innerWidth");
    if (overflow > 0) {
      findings.add(file + ": " + overflow + " px too wide");
    }
    if (width != MIDDLE) {
      axe.findings(page).forEach(finding -> findings.add(file + ": " + finding));
    }
  }

  private List<String> letters() {
    return stack
        .evidence()
        .rows("select letter_id::text from ops.dead_letters where place = 1 order by parked_at");
  }
}
