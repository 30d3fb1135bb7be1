using System.Management.Automation;
using System.Text.RegularExpressions;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Module.Tests.Docs;

/// <summary>The pages in docs/ and the help that Get-Help shows say of each cmdlet what it is, and no more.</summary>
public sealed partial class PageTests : IDisposable
{
    private static readonly string[] s_common =
        [.. PSCmdlet.CommonParameters, "ProgressAction"];

    private readonly ModuleEngine _engine = new();

    public static TheoryData<string> Cmdlets => new(Directory.GetFiles(Path.Combine(BuiltModule.RepositoryRoot, "docs"), "*-*.md").Select(file => Path.GetFileNameWithoutExtension(file)));

    [Fact]
    public void Every_cmdlet_has_a_page() =>
        Assert.Equal(_engine.Run("Get-Command -Module EphemeralDebug | ForEach-Object Name").As<string>().Order(), Cmdlets.Select(row => row.Data).Order());

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void A_page_describes_the_parameters_that_there_are(string cmdlet)
    {
        string page = File.ReadAllText(Path.Combine(BuiltModule.RepositoryRoot, "docs", cmdlet + ".md"));

        Assert.Equal(Parameters(cmdlet), ParameterHeading().Matches(page).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("{{", page, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Get_Help_describes_the_parameters_that_there_are(string cmdlet)
    {
        RunResult help = _engine.Run($"(Get-Help {cmdlet} -Full).parameters.parameter | ForEach-Object {{ if ($_.description) {{ $_.name }} }}");
        Assert.Equal(Parameters(cmdlet), help.Output.Select(name => name.ToString()).Order(StringComparer.Ordinal));

        RunResult examples = _engine.Run($"(Get-Help {cmdlet}).examples.example | ForEach-Object {{ $_.title }}");
        Assert.True(examples.Output.Count >= 3, $"{cmdlet} has {examples.Output.Count} examples.");
    }

    public void Dispose() => _engine.Dispose();

    private IEnumerable<string> Parameters(string cmdlet) =>
        _engine.Run($"(Get-Command {cmdlet}).Parameters.Keys").As<string>().Except(s_common).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"^### -(\w+)\s*$", RegexOptions.Multiline)]
    private static partial Regex ParameterHeading();
}
