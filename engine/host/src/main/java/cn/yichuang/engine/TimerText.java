package cn.yichuang.engine;

import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a timer in a diagram may say: an ISO 8601 literal, or one variable that our own clock has filled (legal
 * deadlines are working days with 调休, which no ISO duration can express). Cron text and endless cycles are not
 * allowed: a cycle must say how often.
 */
final class TimerText {

  private static final Pattern DURATION =
      Pattern.compile("P(?=[0-9T])(\\d{1,4}Y)?(\\d{1,4}M)?(\\d{1,4}W)?(\\d{1,5}D)?(T(?=\\d)(\\d{1,5}H)?(\\d{1,6}M)?(\\d{1,8}S)?)?");
  private static final Pattern CYCLE = Pattern.compile("R([1-9]\\d{0,2})/(.+)");

  private TimerText() {}

  /** @param element timeDate, timeDuration or timeCycle */
  static boolean isAllowed(String element, String text) {
    if (ConditionParser.isVariable(text)) {
      return true;
    }
    return switch (element) {
      case "timeDate" -> isDate(text);
      case "timeDuration" -> isDuration(text);
      case "timeCycle" -> {
        Matcher cycle = CYCLE.matcher(text);
        yield cycle.matches() && isDuration(cycle.group(2));
      }
      default -> false;
    };
  }

  /** Retry times of asynchronous jobs: one bounded cycle or a list of durations. */
  static boolean isRetryCycle(String text) {
    if (isAllowed("timeCycle", text) && !text.startsWith("$")) {
      return true;
    }
    for (String part : text.split(",", -1)) {
      if (!isDuration(part)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDuration(String text) {
    return DURATION.matcher(text).matches();
  }

  /** With an offset: a deadline that depends on the server's time zone is not a deadline. */
  private static boolean isDate(String text) {
    try {
      OffsetDateTime.parse(text);
      return true;
    } catch (DateTimeException e) {
      return false;
    }
  }
}
