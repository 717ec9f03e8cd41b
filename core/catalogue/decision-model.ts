/** DMN 1.3 as far as item packages use it: one moddle descriptor, read by the library that reads the diagrams. */

const attribute = (name: string, type = 'String') => ({ name, isAttr: true, type })
const many = (name: string, type: string) => ({ name, isMany: true, type })
const text = { name: 'text', type: 'String' }
const named = [attribute('id'), attribute('name'), attribute('label')]
const described = { name: 'description', type: 'String' }

/** Only what may stand in a package: anything else is a warning of the parser and thereby refused. */
export const DMN_DESCRIPTOR = {
  name: 'DMN',
  uri: 'https://www.omg.org/spec/DMN/20191111/MODEL/',
  prefix: 'dmn',
  xml: { tagAlias: 'lowerCase' },
  types: [
    {
      name: 'Definitions',
      properties: [
        ...named,
        attribute('namespace'),
        attribute('exporter'),
        attribute('exporterVersion'),
        attribute('expressionLanguage'),
        attribute('typeLanguage'),
        many('drgElement', 'Decision'),
        { name: 'dmnDI', type: 'dmndi:DMNDI' },
      ],
    },
    {
      name: 'Decision',
      properties: [
        ...named,
        described,
        { name: 'variable', type: 'InformationItem' },
        { name: 'decisionLogic', type: 'DecisionTable' },
      ],
    },
    { name: 'InformationItem', properties: [...named, attribute('typeRef')] },
    {
      name: 'DecisionTable',
      properties: [
        ...named,
        attribute('hitPolicy'),
        attribute('aggregation'),
        attribute('preferredOrientation'),
        attribute('outputLabel'),
        many('input', 'InputClause'),
        many('output', 'OutputClause'),
        many('annotation', 'RuleAnnotationClause'),
        many('rule', 'DecisionRule'),
      ],
    },
    {
      name: 'InputClause',
      properties: [
        ...named,
        { name: 'inputExpression', type: 'InputExpression' },
        { name: 'inputValues', type: 'InputValues' },
      ],
    },
    {
      name: 'OutputClause',
      properties: [...named, attribute('typeRef'), { name: 'outputValues', type: 'OutputValues' }],
    },
    { name: 'RuleAnnotationClause', properties: [attribute('name')] },
    {
      name: 'DecisionRule',
      properties: [
        ...named,
        described,
        many('inputEntry', 'InputEntry'),
        many('outputEntry', 'OutputEntry'),
        many('annotationEntry', 'AnnotationEntry'),
      ],
    },
    ...['InputExpression', 'InputEntry', 'OutputEntry', 'InputValues', 'OutputValues'].map(
      (name) => ({
        name,
        properties: [...named, attribute('typeRef'), attribute('expressionLanguage'), text],
      }),
    ),
    { name: 'AnnotationEntry', properties: [text] },
  ],
}

/** Layout: read so that it is no unknown element, and ignored. */
export const DMN_LAYOUT_DESCRIPTORS = {
  dmndi: {
    name: 'DMNDI',
    uri: 'https://www.omg.org/spec/DMN/20191111/DMNDI/',
    prefix: 'dmndi',
    types: [
      { name: 'DMNDI', properties: [many('diagrams', 'DMNDiagram')] },
      {
        name: 'DMNDiagram',
        properties: [attribute('id'), attribute('name'), many('diagramElements', 'DMNShape')],
      },
      {
        name: 'DMNShape',
        properties: [
          attribute('id'),
          attribute('dmnElementRef'),
          { name: 'bounds', type: 'dmndc:Bounds' },
        ],
      },
    ],
  },
  dmndc: {
    name: 'DC',
    uri: 'http://www.omg.org/spec/DMN/20180521/DC/',
    prefix: 'dmndc',
    types: [
      {
        name: 'Bounds',
        properties: ['x', 'y', 'width', 'height'].map((name) => attribute(name, 'Real')),
      },
    ],
  },
}
