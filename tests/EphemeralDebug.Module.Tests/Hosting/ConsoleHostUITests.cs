using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Module.Tests.Hosting;

public sealed class ConsoleHostUITests : IDisposable
{
    private static readonly Collection<ChoiceDescription> s_choices = [new("&Yes", "do it"), new("Yes to &All"), new("&No")];
    private readonly StringWriter _output = new(CultureInfo.InvariantCulture);

    public void Dispose() => _output.Dispose();

    [Fact]
    public void Escape_sequences_reach_a_terminal_only()
    {
        Console(terminal: false).WriteLine("\u001b[31mred\u001b[0m");
        Assert.Equal("red", _output.ToString().TrimEnd());

        Console(terminal: true).Write("\u001b[31mred\u001b[0m");
        Assert.Contains("\u001b[31mred", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_transcript_is_plain_on_a_terminal_too()
    {
        ConsoleHostUI ui = Console(terminal: true);
        using StringWriter transcript = new(CultureInfo.InvariantCulture);
        ui.Transcript = transcript;
        ui.WriteWarningLine("careful");
        Assert.Equal("WARNING: careful", transcript.ToString().TrimEnd());
        Assert.Contains("\u001b[", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_is_one_line_that_vanishes_before_the_next_text()
    {
        ConsoleHostUI ui = Console(terminal: true);
        ui.WriteProgress(0, new ProgressRecord(1, "Waiting", "pulling " + new string('x', 200)));
        string drawn = _output.ToString();
        Assert.DoesNotContain("\n", drawn, StringComparison.Ordinal);
        Assert.Contains("Waiting: pulling", drawn, StringComparison.Ordinal);

        ui.WriteLine("done");
        Assert.StartsWith("\r\u001b[Kdone", _output.ToString()[drawn.Length..], StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_that_has_ended_leaves_nothing()
    {
        ConsoleHostUI ui = Console(terminal: true);
        ui.WriteProgress(0, new ProgressRecord(1, "Waiting", "pulling"));
        ui.WriteProgress(0, new ProgressRecord(1, "Waiting", "pulling") { RecordType = ProgressRecordType.Completed });
        Assert.EndsWith("\r\u001b[K", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_is_not_written_to_a_file()
    {
        Console(terminal: false).WriteProgress(0, new ProgressRecord(1, "Waiting", "pulling"));
        Assert.Empty(_output.ToString());
    }

    [Theory]
    [InlineData("n\n", 2)]
    [InlineData("Yes to All\n", 1)]
    [InlineData("\n", 0)]
    [InlineData("what\n?\ny\n", 0)]
    public void A_choice_takes_a_key_a_label_or_the_default(string typed, int expected)
    {
        Assert.Equal(expected, Console(typed: typed).PromptForChoice("Confirm", "Sure?", s_choices, 0));
        Assert.Contains("[Y] Yes  [A] Yes to All  [N] No  [?] Help (default is \"Y\"): ", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_of_the_input_is_no_answer() =>
        Assert.Throws<PSInvalidOperationException>(() => Console(typed: "").PromptForChoice("Confirm", "Sure?", s_choices, 0));

    [Fact]
    public void A_mandatory_list_is_asked_for_element_by_element()
    {
        using EngineSession session = EngineSession.Open(new TextHost("test", Console(typed: "a\nb\n\n")), manifest: null);
        PipelineResult result = session.Run("function f { param([Parameter(Mandatory)][string[]] $Name) $Name.Count; $Name }; f", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Empty(result.Errors);
        Assert.Equal(["2", "a", "b"], result.Output.Select(item => item.ToString()));
    }

    private ConsoleHostUI Console(bool terminal = false, string typed = "") => new(_output, new StringReader(typed), terminal, () => 80);
}
