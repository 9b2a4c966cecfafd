//! CloudFormation's functions.

use crate::*;

/// The topic that a template with this expression for it has.
fn topic(expression: &str) -> Result<String, TemplateError> {
    let yaml = format!(
        "Parameters:
  Name: {{ Type: String, Default: orders }}
  Names: {{ Type: CommaDelimitedList, Default: 'a, b' }}
  Stage: {{ Type: String, Default: prod }}
  Missing: {{ Type: String }}
  Looked: {{ Type: 'AWS::SSM::Parameter::Value<String>', Default: /a/b }}
Mappings:
  Topics: {{ prod: {{ main: live }}, dev: {{ main: test }} }}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Condition IsDev]
  Either: !Or [!Condition IsProd, !Condition IsDev]
Resources:
  Queue: {{ Type: AWS::SQS::Queue, Properties: {{ QueueName: !Sub '${{Name}}-q' }} }}
  Table: {{ Type: AWS::DynamoDB::Table }}
  Never:
    Type: AWS::Lambda::EventSourceMapping
    Condition: Both
    Properties: {{ Topics: [never], FunctionName: f }}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Condition: Either
    Properties:
      FunctionName: f
      StartingPosition: TRIM_HORIZON
      Topics: [{expression}]
"
    );
    read(&yaml).map(|mapping| mapping.settings.topic)
}

#[test]
fn functions_are_resolved_in_their_short_and_long_forms() {
    for (expression, expected) in [
        ("!Ref Name", "orders"),
        ("{ Ref: Name }", "orders"),
        ("!Sub '${Name}.${AWS::Region}'", "orders.us-east-1"),
        ("!Sub ['${X}-${Name}', { X: !Ref Stage }]", "prod-orders"),
        ("!Sub '${!Name}'", "${Name}"),
        ("!Sub '${Queue.QueueName}'", "orders-q"),
        ("{ 'Fn::Sub': '${Name}' }", "orders"),
        ("!If [IsProd, yes-it-is, no]", "yes-it-is"),
        ("{ 'Fn::If': [IsDev, a, !If [Both, b, c]] }", "c"),
        ("!Join ['.', [a, !Ref Stage, 7]]", "a.prod.7"),
        ("!Join ['', !Ref Names]", "ab"),
        ("!Select [1, !Ref Names]", "b"),
        ("!Select ['0', !Split ['-', x-y]]", "x"),
        ("!FindInMap [Topics, !Ref Stage, main]", "live"),
        ("!FindInMap [Topics, none, main, { DefaultValue: spare }]", "spare"),
        ("!GetAtt Queue.QueueName", "orders-q"),
        ("{ 'Fn::GetAtt': [Queue, QueueName] }", "orders-q"),
    ] {
        assert_eq!(topic(expression).as_deref(), Ok(expected), "{expression}");
    }
}

#[test]
fn what_cannot_be_resolved_is_named_with_its_place() {
    let place = "Resources.Mapping.Properties.Topics[0]: ";
    for (expression, expected) in [
        (
            "!Ref Missing",
            "Ref Missing cannot be resolved: the parameter has no default; give it a value",
        ),
        (
            "!Ref Looked",
            "Ref Looked cannot be resolved: the parameter is looked up when the template is deployed; give it a value",
        ),
        ("!Ref Nothing", "Ref Nothing cannot be resolved: only a deployment knows it"),
        ("!Ref Table", "Ref Table cannot be resolved: only a deployment knows it"),
        (
            "!GetAtt Table.StreamArn",
            "GetAtt Table.StreamArn cannot be resolved: only a deployment knows it",
        ),
        (
            "!Sub 'a-${Table.Arn}'",
            "GetAtt Table.Arn cannot be resolved: only a deployment knows it",
        ),
        (
            "!ImportValue Other",
            r#"{"Fn::ImportValue":"Other"} cannot be resolved: another stack knows it"#,
        ),
        (
            "'{{resolve:ssm:/topic}}'",
            "{{resolve:ssm:/topic}} cannot be resolved: it is looked up when the template is deployed",
        ),
        (
            "!FindInMap [Topics, none, main]",
            "FindInMap Topics.none.main cannot be resolved: the template's mappings do not have it",
        ),
        (
            "!Select [9, !Ref Names]",
            r#"{"Fn::Select":[9,{"Ref":"Names"}]} cannot be resolved: the list has no such item"#,
        ),
        (
            "!Transform { Name: M }",
            "Fn::Transform cannot be resolved: this function is not known here",
        ),
        ("!Join [x]", r#"{"Fn::Join":["x"]} cannot be resolved: it is malformed"#),
    ] {
        let error = topic(expression).unwrap_err().to_string();
        assert_eq!(error, format!("{place}{expected}"));
    }
    assert_eq!(
        topic("!If [Nowhere, a, b]").unwrap_err().to_string(),
        "Conditions.Nowhere: Nowhere cannot be resolved: the template has no such condition"
    );
}
