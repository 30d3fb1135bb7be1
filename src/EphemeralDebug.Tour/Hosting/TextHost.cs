using System.Globalization;
using System.Management.Automation.Host;

namespace EphemeralDebug.Tour.Hosting;

/// <summary>What the PowerShell engine asks of the program around it: a name, a culture, and the user interface given.</summary>
public sealed class TextHost(string name, TextHostUI ui) : PSHost
{
    /// <summary>The code that <c>exit</c> gave; null while nobody asked to leave.</summary>
    public int? ExitCode { get; private set; }

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override Version Version { get; } = typeof(TextHost).Assembly.GetName().Version ?? new Version(0, 0);

    /// <inheritdoc/>
    public override Guid InstanceId { get; } = Guid.NewGuid();

    /// <summary>Invariant: the same figures and dates on every machine.</summary>
    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    /// <summary>English: the language that the module's help is written in.</summary>
    public override CultureInfo CurrentUICulture { get; } = CultureInfo.GetCultureInfo("en-US");

    /// <inheritdoc/>
    public override PSHostUserInterface UI => ui;

    /// <inheritdoc/>
    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    /// <summary>Nested prompts are the debugger's; this host has none.</summary>
    public override void EnterNestedPrompt() { }

    /// <inheritdoc/>
    public override void ExitNestedPrompt() { }

    /// <inheritdoc/>
    public override void NotifyBeginApplication() { }

    /// <inheritdoc/>
    public override void NotifyEndApplication() { }
}
