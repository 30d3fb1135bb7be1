using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Module.Tests.Harness;

/// <summary>A console without anybody at it: what is shown is kept as plain text, what is asked is answered from a list.</summary>
public sealed class TestHostUI : TextHostUI
{
    private readonly StringWriter _text;
    private readonly int[] _width;

    private TestHostUI(StringWriter text, int[] width) : base(text, colours: false, () => width[0]) => (_text, _width) = (text, width);

    /// <summary>The columns that tables are laid out for; may change between two commands.</summary>
    public int Width { get => _width[0]; set => _width[0] = value; }

    /// <summary>Everything shown so far, with \n line ends.</summary>
    public string Text => _text.ToString().ReplaceLineEndings("\n");

    /// <summary>The progress records shown so far.</summary>
    public List<ProgressRecord> Progress { get; } = [];

    /// <summary>The labels (without &amp;) that the next choices are answered with, in order. A choice without an answer is an error.</summary>
    public Queue<string> Choices { get; } = [];

    /// <summary>The choices asked so far: caption, message, and the labels offered.</summary>
    public List<(string Caption, string Message, string[] Labels)> Asked { get; } = [];

    /// <summary>The answers to prompts for fields (mandatory parameters), by name.</summary>
    public Dictionary<string, object> Fields { get; } = [];

    /// <summary>A host 120 columns wide, unless told otherwise.</summary>
    public static TestHostUI Create(int width = 120) => new(new StringWriter(CultureInfo.InvariantCulture), [width]);

    public override void WriteProgress(long sourceId, ProgressRecord record) => Progress.Add(record);

    public override string ReadLine() => throw new PSInvalidOperationException("Nobody is there to type a line.");

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        string[] labels = [.. choices.Select(choice => choice.Label.Replace("&", "", StringComparison.Ordinal))];
        Asked.Add((caption, message, labels));
        if (!Choices.TryDequeue(out string? answer)) throw new PSInvalidOperationException($"No answer was prepared for: {message}");
        int index = Array.IndexOf(labels, answer);
        return index >= 0 ? index : throw new PSInvalidOperationException($"'{answer}' is none of: {string.Join(", ", labels)}");
    }

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
        descriptions.ToDictionary(field => field.Name, field => Fields.TryGetValue(field.Name, out object? value)
            ? PSObject.AsPSObject(value)
            : throw new PSInvalidOperationException($"No answer was prepared for the field: {field.Name}"));
}
