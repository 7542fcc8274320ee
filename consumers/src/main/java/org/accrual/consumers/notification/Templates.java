package org.accrual.consumers.notification;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;

/**
 * What messages say. A template is a text with {@code {study_id}}, {@code {site_id}}, {@code
 * {patient_id}} and {@code {enrollment_id}} in it; that of a mail begins with {@code Subject: …}
 * and an empty line. The built-in ones are {@code welcome.email.txt} and {@code welcome.text.txt}.
 */
final class Templates {
  /** Of a confirmed enrollment. */
  static final String WELCOME = "welcome";

  private static final String KEY = "accrual.notification.templates";
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z_]*)\\}");
  private static final Set<String> KNOWN =
      Set.of("study_id", "site_id", "patient_id", "enrollment_id");
  private static final Pattern MAIL =
      Pattern.compile("Subject: ([^\\n]+)\\n\\n(.+)", Pattern.DOTALL);

  private final String subject;
  private final String body;
  private final String text;

  private Templates(String mail, String text) {
    Matcher parts = MAIL.matcher(mail);
    if (!parts.matches()) {
      throw wrong("welcome.email.txt", "one that begins with 'Subject: …' and an empty line");
    }
    this.subject = checked("welcome.email.txt", parts.group(1));
    this.body = checked("welcome.email.txt", parts.group(2));
    this.text = checked("welcome.text.txt", text.strip());
  }

  /**
   * Key {@code accrual.notification.templates}: a folder with files of the names above, each in
   * place of the built-in one. None.
   */
  static Templates read(Settings settings) {
    String folder = settings.text(KEY, "");
    if (!folder.isEmpty() && !Files.isDirectory(Path.of(folder))) {
      throw new InvalidSetting(KEY, folder, "a folder that is there");
    }
    return new Templates(load(folder, "welcome.email.txt"), load(folder, "welcome.text.txt"));
  }

  String subject(Intent intent) {
    return filled(subject, intent);
  }

  String body(Intent intent) {
    return filled(body, intent);
  }

  String text(Intent intent) {
    return filled(text, intent);
  }

  private static String filled(String template, Intent intent) {
    Map<String, String> values =
        Map.of(
            "study_id", intent.studyId(),
            "site_id", intent.siteId(),
            "patient_id", intent.patientId(),
            "enrollment_id", intent.enrollmentId().toString());
    return PLACEHOLDER
        .matcher(template)
        .replaceAll(found -> Matcher.quoteReplacement(values.getOrDefault(found.group(1), "")));
  }

  private static String checked(String file, String template) {
    Set<String> unknown =
        PLACEHOLDER
            .matcher(template)
            .results()
            .map(found -> found.group(1))
            .filter(name -> !KNOWN.contains(name))
            .collect(Collectors.toSet());
    if (!unknown.isEmpty()) {
      throw wrong(file, "one with no other placeholders than " + KNOWN + ": not " + unknown);
    }
    return template;
  }

  private static String load(String folder, String file) {
    try {
      Path own = Path.of(folder).resolve(file);
      if (!folder.isEmpty() && Files.exists(own)) {
        return Files.readString(own);
      }
      try (InputStream builtIn = Templates.class.getResourceAsStream(file)) {
        if (builtIn == null) {
          throw new IllegalStateException("not in this build: " + file);
        }
        return new String(builtIn.readAllBytes(), StandardCharsets.UTF_8);
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static InvalidSetting wrong(String file, String allowed) {
    return new InvalidSetting(KEY, file, "a folder whose " + file + " is " + allowed);
  }
}
