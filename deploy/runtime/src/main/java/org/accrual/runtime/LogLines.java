package org.accrual.runtime;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One line an event: UTC time, level, correlation id or {@code -}, the logger's simple name,
 * message. What was thrown follows as one line too: its causes by message; a stack trace only for
 * an error that is ours (level SEVERE), with its lines joined.
 */
final class LogLines extends Formatter {
  private static final Pattern LINE_ENDS = Pattern.compile("\\s*[\r\n]+\\s*");
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}&&[^\t]]");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  /**
   * Loggers that warn at every start of something that is in order. They are kept in a field, since
   * a logger without a reference loses its level.
   */
  private static final List<Logger> CHATTER =
      Stream.of(
              "io.debezium.snapshot.SnapshotLockProvider",
              "io.debezium.snapshot.SnapshotQueryProvider",
              "io.helidon.microprofile.server.ServerCdiExtension")
          .map(Logger::getLogger)
          .toList();

  /** Makes this the format of the process, on standard error, from {@code level} up. */
  static void install(Level level) {
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    ConsoleHandler console = new ConsoleHandler();
    console.setLevel(Level.ALL);
    console.setFormatter(new LogLines());
    root.addHandler(console);
    root.setLevel(Level.WARNING);
    Logger.getLogger("org.accrual").setLevel(level);
    CHATTER.forEach(logger -> logger.setLevel(Level.SEVERE));
  }

  @Override
  public String format(LogRecord record) {
    StringBuilder line = new StringBuilder(160);
    line.append(TIME.format(record.getInstant())).append(' ');
    line.append(name(record.getLevel())).append(' ');
    line.append(Correlation.current().map(Correlation::id).orElse("-")).append(' ');
    line.append(simpleName(record.getLoggerName())).append(": ");
    line.append(oneLine(formatMessage(record)));
    Throwable thrown = record.getThrown();
    if (thrown != null) {
      line.append(" | ")
          .append(Level.SEVERE.equals(record.getLevel()) ? trace(thrown) : causes(thrown));
    }
    return line.append(System.lineSeparator()).toString();
  }

  private static String name(Level level) {
    if (level.intValue() >= Level.SEVERE.intValue()) {
      return "ERROR";
    }
    if (level.intValue() >= Level.WARNING.intValue()) {
      return "WARN ";
    }
    return level.intValue() >= Level.INFO.intValue() ? "INFO " : "DEBUG";
  }

  private static String simpleName(@org.jspecify.annotations.Nullable String logger) {
    return logger == null ? "-" : logger.substring(logger.lastIndexOf('.') + 1);
  }

  private static String causes(Throwable thrown) {
    StringBuilder causes = new StringBuilder();
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      causes.append(causes.isEmpty() ? "" : " <- ").append(oneLine(cause.toString()));
    }
    return causes.toString();
  }

  private static String trace(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return oneLine(text.toString());
  }

  /** Replaces line ends, and escapes the other control characters: a terminal would obey them. */
  private static String oneLine(String text) {
    return CONTROL
        .matcher(LINE_ENDS.matcher(text.strip()).replaceAll(" / "))
        .replaceAll(found -> "\\\\u%04x".formatted((int) found.group().charAt(0)));
  }
}
