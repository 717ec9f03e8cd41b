package cn.yichuang.engine;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A condition in a diagram as a syntax tree: comparisons of process variables with literals, joined by and, or,
 * not. There is no node for a property, a call, an index or arithmetic, so none can be written. The engine is
 * given {@link #text()}, our own printing of the tree, never the author's characters.
 */
sealed interface Condition {

  record Or(List<Condition> parts) implements Condition {}

  record And(List<Condition> parts) implements Condition {}

  record Not(Condition part) implements Condition {}

  /** @param operator one of {@code == != < <= > >=} */
  record Compare(Operand left, String operator, Operand right) implements Condition {}

  /** A boolean variable, or {@code true} / {@code false}. */
  record Test(Operand operand) implements Condition {}

  /** @param text a variable name or a literal as the expression language writes it */
  record Operand(String text) {}

  /** The whole expression as JUEL reads it, including the {@code ${...}} around it. */
  default String text() {
    return "${" + print(this) + "}";
  }

  private static String print(Condition condition) {
    if (condition instanceof Or or) {
      return or.parts().stream().map(Condition::print).collect(Collectors.joining(" || ", "(", ")"));
    }
    if (condition instanceof And and) {
      return and.parts().stream().map(Condition::print).collect(Collectors.joining(" && ", "(", ")"));
    }
    if (condition instanceof Not not) {
      return "!(" + print(not.part()) + ")";
    }
    if (condition instanceof Compare compare) {
      return compare.left().text() + " " + compare.operator() + " " + compare.right().text();
    }
    return ((Test) condition).operand().text();
  }
}
