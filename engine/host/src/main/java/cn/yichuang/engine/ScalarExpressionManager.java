package cn.yichuang.engine;

import java.beans.FeatureDescriptor;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.Date;
import java.util.Iterator;
import org.camunda.bpm.engine.delegate.VariableScope;
import org.camunda.bpm.engine.impl.el.JuelExpressionManager;
import org.camunda.bpm.engine.impl.el.VariableContextElResolver;
import org.camunda.bpm.engine.impl.persistence.entity.ExecutionEntity;
import org.camunda.bpm.impl.juel.jakarta.el.CompositeELResolver;
import org.camunda.bpm.impl.juel.jakarta.el.ELContext;
import org.camunda.bpm.impl.juel.jakarta.el.ELException;
import org.camunda.bpm.impl.juel.jakarta.el.ELResolver;
import org.camunda.bpm.impl.juel.jakarta.el.FunctionMapper;
import org.camunda.bpm.impl.juel.jakarta.el.PropertyNotWritableException;

/**
 * Expressions see process variables with scalar values and nothing else: no beans, no methods, no properties,
 * no functions. The stock manager resolves {@code ''.getClass()}, which is remote code execution for anyone
 * who can deploy. The deploy gate refuses such text already; this is the second lock on the same door.
 */
final class ScalarExpressionManager extends JuelExpressionManager {

  @Override
  protected ELResolver createElResolver() {
    CompositeELResolver resolver = new CompositeELResolver();
    resolver.add(new ScalarVariables());
    // The decision engine hands its inputs over in its own context.
    resolver.add(new VariableContextElResolver());
    return resolver;
  }

  @Override
  protected FunctionMapper createFunctionMapper() {
    return new FunctionMapper() {
      @Override
      public Method resolveFunction(String prefix, String localName) {
        return null;
      }
    };
  }

  /** What {@code execution} means here: the one property a call activity hands to its child. */
  private record BusinessKeyOnly(String processBusinessKey) {}

  private static final class ScalarVariables extends ELResolver {

    @Override
    public Object getValue(ELContext context, Object base, Object property) {
      if (base instanceof BusinessKeyOnly execution && "processBusinessKey".equals(property)) {
        context.setPropertyResolved(true);
        return execution.processBusinessKey();
      }
      VariableScope scope = (VariableScope) context.getContext(VariableScope.class);
      if (base != null || scope == null || !(property instanceof String name)) {
        return null;
      }
      if (name.equals("execution") && scope instanceof ExecutionEntity execution) {
        context.setPropertyResolved(true);
        return new BusinessKeyOnly(execution.getProcessBusinessKey());
      }
      if (!scope.hasVariable(name)) {
        return null;
      }
      Object value = scope.getVariable(name);
      if (!isScalar(value)) {
        throw new ELException("variable '" + name + "' is not a scalar and may not be used in an expression");
      }
      context.setPropertyResolved(true);
      return value;
    }

    /** Collections are let through for multi-instance; without methods and indexes they cannot be opened. */
    private static boolean isScalar(Object value) {
      return value == null || value instanceof String || value instanceof Number || value instanceof Boolean
          || value instanceof Date || value instanceof Collection<?>;
    }

    @Override
    public Class<?> getType(ELContext context, Object base, Object property) {
      return Object.class;
    }

    @Override
    public void setValue(ELContext context, Object base, Object property, Object value) {
      throw new PropertyNotWritableException(String.valueOf(property));
    }

    @Override
    public boolean isReadOnly(ELContext context, Object base, Object property) {
      return true;
    }

    @Override
    public Iterator<FeatureDescriptor> getFeatureDescriptors(ELContext context, Object base) {
      return null;
    }

    @Override
    public Class<?> getCommonPropertyType(ELContext context, Object base) {
      return Object.class;
    }
  }
}
