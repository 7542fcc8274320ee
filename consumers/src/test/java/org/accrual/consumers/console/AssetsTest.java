package org.accrual.consumers.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AssetsTest {
  private static final Path OURS = Path.of("src/main/resources/console");
  private static final Pattern LIBRARY = Pattern.compile("\"/console/lib/([^/\"]+)/([^\"]+)\"");
  private static final int HEAVIEST = 200 * 1000;

  private final Assets assets = new Assets();

  @Test
  void everythingTogetherIsLight() throws IOException {
    long weight = 0;
    Set<String> libraries = new TreeSet<>(List.of("lit-html/directive-helpers.js"));
    for (Path file : ours()) {
      Asset asset = assets.ours(OURS.relativize(file).toString()).orElseThrow();
      weight += asset.zipped().length;
      Matcher used = LIBRARY.matcher(new String(asset.bytes(), StandardCharsets.UTF_8));
      used.results().forEach(each -> libraries.add(each.group(1) + "/" + each.group(2)));
    }
    for (String library : libraries) {
      String[] parts = library.split("/", 2);
      weight += assets.library(parts[0], parts[1]).orElseThrow().zipped().length;
    }

    assertThat(libraries).hasSizeGreaterThanOrEqualTo(6);
    assertThat(weight).isLessThan(HEAVIEST);
  }

  @Test
  void nothingIsInlineOrFromElsewhere() throws IOException {
    for (Path file : ours()) {
      assertThat(Files.readString(file))
          .as(file.toString())
          .doesNotContain("style=", "javascript:", "eval(", "unsafeHTML", "innerHTML")
          .doesNotContainPattern("https?://(?!www\\.w3\\.org)");
    }
  }

  @Test
  void onlyFilesOfTheConsoleAreFound() {
    assertThat(assets.ours("../META-INF/beans.xml")).isEmpty();
    assertThat(assets.ours("none.js")).isEmpty();
    assertThat(assets.library("../lit-html", "lit-html.js")).isEmpty();
    assertThat(assets.library("lit-html", "../../x.js")).isEmpty();
  }

  private static List<Path> ours() throws IOException {
    try (Stream<Path> files = Files.walk(OURS)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
