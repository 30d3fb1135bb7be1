using System.Text.RegularExpressions;

namespace EphemeralDebug.Sandbox.Selectors;

/// <summary>What a label's key and value may look like, with the messages of k8s.io/apimachinery.</summary>
internal static partial class LabelSyntax
{
    private const string NameRule = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
        + "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private const string ValueRule = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end "
        + "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private const string PrefixRule = "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
        + "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    internal static void CheckKey(string key)
    {
        string[] parts = key.Split('/');
        List<string> wrong = [];
        if (parts.Length > 2)
            wrong.Add("a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
                + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') "
                + "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
        else
        {
            if (parts.Length == 2 && parts[0].Length == 0) wrong.Add("prefix part must be non-empty");
            else if (parts.Length == 2 && !Subdomain().IsMatch(parts[0])) wrong.Add(PrefixRule);
            string name = parts[^1];
            if (name.Length == 0) wrong.Add("name part must be non-empty");
            else if (name.Length > 63) wrong.Add("name part must be no more than 63 characters");
            if (!Word().IsMatch(name)) wrong.Add(NameRule);
        }
        if (wrong.Count > 0) throw new FormatException($"<nil>: Invalid value: \"{key}\": {string.Join("; ", wrong)}");
    }

    internal static void CheckValue(string key, string value, int index)
    {
        List<string> wrong = [];
        if (value.Length > 63) wrong.Add("must be no more than 63 characters");
        if (value.Length > 0 && !Word().IsMatch(value)) wrong.Add(ValueRule);
        if (wrong.Count > 0) throw new FormatException($"values[{index}][{key}]: Invalid value: \"{value}\": {string.Join("; ", wrong)}");
    }

    [GeneratedRegex(@"\A([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z")]
    private static partial Regex Word();

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();
}
