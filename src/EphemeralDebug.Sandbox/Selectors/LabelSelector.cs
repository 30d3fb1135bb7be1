using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Http;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Selectors;

/// <summary>A label selector, equality- and set-based, with the messages of k8s.io/apimachinery's parser.</summary>
internal sealed class LabelSelector
{
    private readonly IReadOnlyList<Requirement> _requirements;

    private LabelSelector(IReadOnlyList<Requirement> requirements) => _requirements = requirements;

    internal bool SelectsAll => _requirements.Count == 0;

    internal bool Matches(JsonObject value)
    {
        if (SelectsAll) return true;
        JsonNode? labels = value["metadata"]?["labels"];
        foreach (Requirement requirement in _requirements)
        {
            if (!requirement.Matches(labels?[requirement.Key]?.GetValue<string>())) return false;
        }
        return true;
    }

    /// <summary>Parses a selector; a 400 with the server's message where it is malformed.</summary>
    internal static LabelSelector Parse(string? text)
    {
        if (string.IsNullOrEmpty(text)) return new LabelSelector([]);
        try
        {
            return new LabelSelector(new Parser(LabelLexer.Split(text)).Parse());
        }
        catch (FormatException e)
        {
            throw StatusException.BadRequest(e.Message);
        }
    }

    /// <summary>The selector of a spec (matchLabels, matchExpressions): an empty one matches everything, a missing one (null) nothing.</summary>
    internal static LabelSelector? Of(JsonNode? selector)
    {
        if (selector is null) return null;
        List<Requirement> requirements = [];
        if (selector["matchLabels"] is JsonObject labels) requirements.AddRange(labels.Select(label => new Requirement(label.Key, "=", [(string?)label.Value ?? ""])));
        foreach (JsonObject expression in selector.Objects("matchExpressions"))
        {
            string @operator = expression.Text("operator") switch { "In" => "in", "NotIn" => "notin", "Exists" => "exists", "DoesNotExist" => "!", _ => "" };
            requirements.Add(new Requirement(expression.Text("key") ?? "", @operator, [.. (expression["values"] as JsonArray ?? []).Select(value => (string?)value ?? "")]));
        }
        return new LabelSelector(requirements);
    }

    private sealed record Requirement(string Key, string Operator, IReadOnlyList<string> Values)
    {
        internal bool Matches(string? label) => Operator switch
        {
            "exists" => label is not null,
            "!" => label is null,
            "=" or "==" or "in" => label is not null && Values.Contains(label),
            "!=" or "notin" => label is null || !Values.Contains(label),
            ">" or "<" => long.TryParse(label, out long number) && long.TryParse(Values[0], out long limit) && (Operator == ">" ? number > limit : number < limit),
            _ => false,
        };
    }

    private sealed class Parser(IReadOnlyList<LabelToken> tokens)
    {
        private int _next;

        internal List<Requirement> Parse()
        {
            List<Requirement> requirements = [];
            while (true)
            {
                LabelToken token = Peek(values: true);
                if (token.Kind == LabelTokenKind.End) return requirements;
                if (token.Kind is not (LabelTokenKind.Identifier or LabelTokenKind.Not))
                    throw new FormatException($"found '{token.Text}', expected: !, identifier, or 'end of string'");
                requirements.Add(Required());
                LabelToken after = Take(values: true);
                if (after.Kind == LabelTokenKind.End) return requirements;
                if (after.Kind != LabelTokenKind.Comma) throw new FormatException($"found '{after.Text}', expected: ',' or 'end of string'");
                LabelToken following = Peek(values: true);
                if (following.Kind is not (LabelTokenKind.Identifier or LabelTokenKind.Not))
                    throw new FormatException($"found '{following.Text}', expected: identifier after ','");
            }
        }

        private Requirement Required()
        {
            try
            {
                LabelToken token = Take(values: true);
                bool absent = token.Kind == LabelTokenKind.Not;
                if (absent) token = Take(values: true);
                if (token.Kind != LabelTokenKind.Identifier) throw new FormatException($"found '{token.Text}', expected: identifier");
                LabelSyntax.CheckKey(token.Text);
                if (absent) return new Requirement(token.Text, "!", []);
                if (Peek(values: true).Kind is LabelTokenKind.End or LabelTokenKind.Comma) return new Requirement(token.Text, "exists", []);
                LabelToken @operator = Take(values: false);
                if (@operator.Kind != LabelTokenKind.Operator)
                    throw new FormatException($"found '{@operator.Text}', expected: in, notin, =, ==, !=, gt, lt");
                List<string> values = @operator.Text is "in" or "notin" ? Set() : [Exact()];
                for (int i = 0; i < values.Count; i++) LabelSyntax.CheckValue(token.Text, values[i], i);
                if (@operator.Text is ">" or "<" && !long.TryParse(values[0], out _))
                    throw new FormatException($"values[0][{token.Text}]: Invalid value: \"{values[0]}\": for 'Gt', 'Lt' operators, the value must be an integer");
                return new Requirement(token.Text, @operator.Text, values);
            }
            catch (FormatException e)
            {
                throw new FormatException($"unable to parse requirement: {e.Message}");
            }
        }

        private string Exact()
        {
            if (Peek(values: true).Kind is LabelTokenKind.End or LabelTokenKind.Comma) return "";
            LabelToken token = Take(values: true);
            return token.Kind == LabelTokenKind.Identifier ? token.Text : throw new FormatException($"found '{token.Text}', expected: identifier");
        }

        private List<string> Set()
        {
            LabelToken open = Take(values: true);
            if (open.Kind != LabelTokenKind.Open) throw new FormatException($"found '{open.Text}' expected: '('");
            List<string> values = [];
            bool afterComma = true;
            while (true)
            {
                LabelToken token = Take(values: true);
                switch (token.Kind)
                {
                    case LabelTokenKind.Identifier when afterComma:
                        values.Add(token.Text);
                        afterComma = false;
                        break;
                    case LabelTokenKind.Comma:
                        if (afterComma) values.Add("");
                        afterComma = true;
                        break;
                    case LabelTokenKind.Closed:
                        if (afterComma) values.Add("");
                        return [.. values.Distinct(StringComparer.Ordinal)];
                    default:
                        throw new FormatException($"found '{token.Text}', expected: ',' or ')'");
                }
            }
        }

        // "in" and "notin" are operators only where an operator may stand; elsewhere they are ordinary words.
        private LabelToken Peek(bool values)
        {
            LabelToken token = _next < tokens.Count ? tokens[_next] : new LabelToken(LabelTokenKind.End, "");
            return values || token is not { Kind: LabelTokenKind.Identifier, Text: "in" or "notin" } ? token : token with { Kind = LabelTokenKind.Operator };
        }

        private LabelToken Take(bool values)
        {
            LabelToken token = Peek(values);
            _next++;
            return token;
        }
    }
}
