using System.Management.Automation.Language;
using EphemeralDebug.Tour.Hosting;

namespace EphemeralDebug.Module.Tests.Scripts;

/// <summary>The scripts need pwsh to run; that they can be read is tested without.</summary>
public sealed class ScriptTests
{
    [Theory]
    [InlineData("build.ps1")]
    [InlineData("tests/pester/EphemeralDebug.Tests.ps1")]
    [InlineData("EphemeralDebug.psd1")]
    public void A_script_has_no_syntax_errors(string path)
    {
        Parser.ParseFile(Path.Combine(BuiltModule.RepositoryRoot, path), out _, out ParseError[] errors);
        Assert.Empty(errors.Select(error => $"{error.Extent.StartLineNumber}: {error.Message}"));
    }

    [Fact]
    public void What_dotnet_is_given_reaches_it_whole()
    {
        Ast script = Parser.ParseFile(Path.Combine(BuiltModule.RepositoryRoot, "build.ps1"), out _, out _);
        CommandAst[] calls = [.. script.FindAll(ast => ast is CommandAst command && command.GetCommandName() == "Invoke-DotNet", searchNestedScriptBlocks: true).Cast<CommandAst>()];

        Assert.NotEmpty(calls);
        // PowerShell takes -p:NAME=VALUE apart at the colon, unless it is quoted.
        Assert.Empty(calls.SelectMany(call => call.CommandElements).OfType<CommandParameterAst>().Where(parameter => parameter.Argument is not null).Select(parameter => parameter.Extent.Text));
    }
}
