using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace EphemeralDebug.Tour.Hosting;

/// <summary>
/// The console as a PowerShell user interface: progress on one line that vanishes, and questions answered on standard input.
/// </summary>
public sealed class ConsoleHostUI(TextWriter output, TextReader input, bool terminal, Func<int> width) : TextHostUI(output, terminal, width)
{
    private const string EraseLine = "\r\u001b[K";
    private readonly bool _terminal = terminal;
    private bool _progressShown;

    /// <summary>The process's own console: colours and its width on a terminal, else plain text 120 columns wide.</summary>
    public static ConsoleHostUI OfThisProcess()
    {
        // https://no-color.org
        bool terminal = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && (!OperatingSystem.IsWindows() || WindowsConsole.EnableVirtualTerminal());
        return new ConsoleHostUI(Console.Out, Console.In, terminal, () => Console.IsOutputRedirected || Console.WindowWidth < 1 ? 120 : Console.WindowWidth);
    }

    /// <inheritdoc/>
    public override void Write(string value)
    {
        ClearProgress();
        base.Write(value);
    }

    /// <inheritdoc/>
    public override string ReadLine()
    {
        ClearProgress();
        return input.ReadLine() ?? "";
    }

    /// <summary>Draws the record in place of the one before; nothing where the output is not a terminal.</summary>
    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        if (!_terminal) return;
        if (record.RecordType == ProgressRecordType.Completed)
        {
            ClearProgress();
            return;
        }

        string percent = record.PercentComplete < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" {record.PercentComplete} %");
        string line = $"{record.Activity}: {record.StatusDescription}{percent}";
        int room = Math.Max(1, RawUI.WindowSize.Width - 1);
        if (line.Length > room) line = line[..room];
        Output.Write($"{EraseLine}{PSStyle.Instance.Progress.Style}{line}{PSStyle.Instance.Reset}");
        Output.Flush();
        _progressShown = true;
    }

    /// <inheritdoc/>
    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        WriteCaption(caption, message);
        (string Key, string Label)[] labels = [.. choices.Select(KeyAndLabel)];
        string line = string.Join("  ", labels.Select(label => $"[{label.Key}] {label.Label}")) + "  [?] Help";
        string ending = defaultChoice >= 0 ? $" (default is \"{labels[defaultChoice].Key}\"): " : ": ";
        while (true)
        {
            Write(line + ending);
            string answer = Answer().Trim();
            if (answer.Length == 0 && defaultChoice >= 0) return defaultChoice;
            if (answer == "?")
            {
                foreach ((ChoiceDescription choice, (string key, _)) in choices.Zip(labels)) WriteLine($"{key} - {choice.HelpMessage}");
                continue;
            }

            int index = Array.FindIndex(labels, label =>
                answer.Equals(label.Key, StringComparison.OrdinalIgnoreCase) || answer.Equals(label.Label, StringComparison.OrdinalIgnoreCase));
            if (index >= 0) return index;
        }
    }

    /// <inheritdoc/>
    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        WriteCaption(caption, message);
        return descriptions.ToDictionary(field => field.Name, ReadField);
    }

    private PSObject ReadField(FieldDescription field)
    {
        Type type = Type.GetType(field.ParameterAssemblyFullName) ?? typeof(string);
        if (!type.IsArray)
        {
            Write($"{field.Name}: ");
            return PSObject.AsPSObject(Answer());
        }

        // As in pwsh: one element a line until an empty one; the binder converts them.
        List<string> elements = [];
        while (true)
        {
            Write(string.Create(CultureInfo.InvariantCulture, $"{field.Name}[{elements.Count}]: "));
            string element = Answer();
            if (element.Length == 0) return PSObject.AsPSObject(elements.ToArray());
            elements.Add(element);
        }
    }

    private void WriteCaption(string caption, string message)
    {
        WriteLine("");
        if (!string.IsNullOrEmpty(caption)) WriteLine($"{PSStyle.Instance.Bold}{caption}{PSStyle.Instance.Reset}");
        if (!string.IsNullOrEmpty(message)) WriteLine(message);
    }

    private string Answer() =>
        // No answer is not "yes": a script whose input has ended gets an error, as in pwsh -NonInteractive.
        input.ReadLine() ?? throw new PSInvalidOperationException("PowerShell asks a question, and the input has ended.");

    private void ClearProgress()
    {
        if (!_progressShown) return;
        _progressShown = false;
        Output.Write(EraseLine);
    }

    private static (string Key, string Label) KeyAndLabel(ChoiceDescription choice)
    {
        int mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
        string label = choice.Label.Replace("&", "", StringComparison.Ordinal);
        return mark >= 0 && mark < label.Length ? (label.Substring(mark, 1).ToUpperInvariant(), label) : (label, label);
    }
}
