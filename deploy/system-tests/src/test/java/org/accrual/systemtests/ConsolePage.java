package org.accrual.systemtests;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The console in a browser of its own; what the browser complains of is an error. */
final class ConsolePage implements AutoCloseable {
  private static final double PATIENCE_MILLIS = 20_000;

  private final String address;
  private final BrowserContext context;
  private final Page page;
  private final List<String> complaints = new ArrayList<>();

  ConsolePage(Browser browser, String address, int width, ColorScheme scheme) {
    PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
    this.address = address;
    context =
        browser.newContext(
            new Browser.NewContextOptions()
                .setViewportSize(width, 900)
                .setColorScheme(scheme)
                .setPermissions(List.of("clipboard-read", "clipboard-write")));
    page = context.newPage();
    page.setDefaultTimeout(PATIENCE_MILLIS);
    page.onConsoleMessage(
        message -> {
          if (List.of("error", "warning").contains(message.type())) {
            complaints.add(message.text() + " at " + message.location());
          }
        });
    page.onPageError(complaints::add);
  }

  Page page() {
    return page;
  }

  /** Opens a screen by its address below the console's. */
  ConsolePage open(String path) {
    page.navigate(address + path);
    assertThat(page.locator("header .liveness .state")).hasText(Pattern.compile("live|ended"));
    return this;
  }

  Locator heading() {
    return page.locator("h1");
  }

  Locator button(String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile(name)));
  }

  Locator link(String name) {
    return page.getByRole(
        AriaRole.LINK, new Page.GetByRoleOptions().setName(Pattern.compile(name)));
  }

  Locator text(String text) {
    return page.getByText(Pattern.compile(text)).first();
  }

  /** Waits until it is there. */
  ConsolePage sees(Locator locator) {
    locator.first().waitFor();
    return this;
  }

  /** Presses one key after the other. */
  void keys(String... keys) {
    for (String key : keys) {
      page.keyboard().press(key);
    }
  }

  String clipboard() {
    return (String) page.evaluate("() => navigator.clipboard.readText()");
  }

  /** The rest of the address after the console's. */
  String place() {
    return page.url().substring(address.length());
  }

  void hasNoComplaints() {
    assertThat(complaints).isEmpty();
  }

  @Override
  public void close() {
    context.close();
  }
}
