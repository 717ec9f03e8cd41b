package cn.yichuang.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Recursive descent over
 * <pre>
 * condition  = "${" or "}"
 * or         = and { ("or" | "||") and }
 * and        = unary { ("and" | "&amp;&amp;") unary }
 * unary      = ("not" | "!") unary | "(" or ")" | comparison
 * comparison = operand [ ("==" | "!=" | "&lt;" | "&lt;=" | "&gt;" | "&gt;=" | eq ne lt le gt ge) operand ]
 * operand    = variable | number | 'text' | "text" | true | false | null
 * </pre>
 */
final class ConditionParser {

  /** Thrown with a sentence a designer can act on. */
  static final class BadCondition extends Exception {
    private static final long serialVersionUID = 1L;

    BadCondition(String reason) {
      super(reason, null, false, false);
    }
  }

  private static final int MAX_LENGTH = 2000;
  private static final int MAX_DEPTH = 32;
  private static final String NAME = "[A-Za-z_][A-Za-z0-9_]{0,63}";

  /** Texts hold no quotes, backslashes or braces: nothing in them can end the text or open an expression. */
  private static final Pattern TOKEN = Pattern.compile("\\s*(?:(?<operator>&&|\\|\\||==|!=|<=|>=|<|>|!|\\(|\\))"
      + "|(?<number>-?\\d{1,15}(?:\\.\\d{1,10})?(?![A-Za-z0-9_.]))|(?<text>'[^'\"\\\\{}]{0,200}'|\"[^'\"\\\\{}]{0,200}\")"
      + "|(?<name>" + NAME + "))");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{\\s*(" + NAME + ")\\s*}");

  private static final Map<String, String> WORD_OPERATORS = Map.of("and", "&&", "or", "||", "not", "!", "eq", "==",
      "ne", "!=", "lt", "<", "le", "<=", "gt", ">", "ge", ">=");
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
  private static final Set<String> LITERALS = Set.of("true", "false", "null");
  /** Words of the expression language and of the engine; a variable of that name could not be meant. */
  private static final Set<String> RESERVED = Set.of("empty", "div", "mod", "instanceof", "execution", "task",
      "caseExecution", "externalTask", "authenticatedUserId");

  private final String input;
  private final Matcher matcher;
  private int position;
  private int depth;
  /** The token at hand, null at the end; operators come in their symbolic form. */
  private String token;
  private boolean operator;

  private ConditionParser(String input) {
    this.input = input;
    this.matcher = TOKEN.matcher(input);
  }

  static Condition parse(String text) throws BadCondition {
    String trimmed = text.trim();
    if (trimmed.length() > MAX_LENGTH) {
      throw new BadCondition("it is longer than " + MAX_LENGTH + " characters");
    }
    if (!trimmed.startsWith("${") || !trimmed.endsWith("}")) {
      throw new BadCondition("it must have the form ${...}");
    }
    ConditionParser parser = new ConditionParser(trimmed.substring(2, trimmed.length() - 1));
    parser.next();
    Condition condition = parser.or();
    if (parser.token != null) {
      throw new BadCondition("'" + parser.token + "' is not expected");
    }
    return condition;
  }

  /** True for {@code ${name}}: one variable and nothing else. */
  static boolean isVariable(String text) {
    Matcher variable = VARIABLE.matcher(text);
    return variable.matches() && isName(variable.group(1));
  }

  private static boolean isName(String word) {
    return !RESERVED.contains(word) && !LITERALS.contains(word) && !WORD_OPERATORS.containsKey(word);
  }

  private Condition or() throws BadCondition {
    enter();
    List<Condition> parts = new ArrayList<>(List.of(and()));
    while (skip("||")) {
      parts.add(and());
    }
    depth--;
    return parts.size() == 1 ? parts.get(0) : new Condition.Or(List.copyOf(parts));
  }

  private Condition and() throws BadCondition {
    List<Condition> parts = new ArrayList<>(List.of(unary()));
    while (skip("&&")) {
      parts.add(unary());
    }
    return parts.size() == 1 ? parts.get(0) : new Condition.And(List.copyOf(parts));
  }

  private Condition unary() throws BadCondition {
    if (skip("!")) {
      enter();
      Condition part = unary();
      depth--;
      return new Condition.Not(part);
    }
    if (skip("(")) {
      Condition inner = or();
      if (!skip(")")) {
        throw new BadCondition("a closing bracket is missing");
      }
      return inner;
    }
    return comparison();
  }

  private Condition comparison() throws BadCondition {
    Condition.Operand left = operand();
    if (operator && COMPARISONS.contains(token)) {
      String symbol = token;
      next();
      return new Condition.Compare(left, symbol, operand());
    }
    if (left.text().startsWith("'") || !Character.isLetter(left.text().charAt(0)) && left.text().charAt(0) != '_'
        || left.text().equals("null")) {
      throw new BadCondition(left.text() + " alone is neither true nor false");
    }
    return new Condition.Test(left);
  }

  private Condition.Operand operand() throws BadCondition {
    if (token == null || operator) {
      throw new BadCondition("a variable or a literal is expected" + (token == null ? " at the end" : " before '" + token + "'"));
    }
    String text = token;
    next();
    return new Condition.Operand(text);
  }

  private void enter() throws BadCondition {
    if (++depth > MAX_DEPTH) {
      throw new BadCondition("it is nested deeper than " + MAX_DEPTH);
    }
  }

  private boolean skip(String symbol) throws BadCondition {
    if (!operator || !symbol.equals(token)) {
      return false;
    }
    next();
    return true;
  }

  private void next() throws BadCondition {
    operator = false;
    if (input.substring(position).isBlank()) {
      token = null;
      return;
    }
    matcher.region(position, input.length());
    if (!matcher.lookingAt()) {
      throw new BadCondition("only variables, literals, comparisons, and, or, not and brackets are allowed; '"
          + input.substring(position).trim().charAt(0) + "' is not");
    }
    position = matcher.end();
    if (matcher.group("operator") != null) {
      operator = true;
      token = matcher.group("operator");
    } else if (matcher.group("text") != null) {
      String text = matcher.group("text");
      token = "'" + text.substring(1, text.length() - 1) + "'";
    } else if (matcher.group("number") != null) {
      token = matcher.group("number");
    } else {
      word(matcher.group("name"));
    }
  }

  private void word(String word) throws BadCondition {
    if (WORD_OPERATORS.containsKey(word)) {
      operator = true;
      token = WORD_OPERATORS.get(word);
    } else if (RESERVED.contains(word)) {
      throw new BadCondition("'" + word + "' may not be used");
    } else {
      token = word;
    }
  }
}
