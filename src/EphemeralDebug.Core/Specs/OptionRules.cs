namespace EphemeralDebug.Core.Specs;

/// <summary>What the options of every debug container must keep to, whatever pod it comes into.</summary>
internal static class OptionRules
{
    internal static void Image(string image)
    {
        if (!ImageReference.IsValid(image))
            throw Failure.InvalidImageReference(image);
    }

    internal static void Environment(IEnumerable<EnvironmentVariable> variables)
    {
        foreach (EnvironmentVariable variable in variables)
            if (!NameRules.IsEnvironmentName(variable.Name))
                throw Failure.InvalidEnvironmentName(variable.Name ?? "");
    }

    internal static void Terminal(bool stdin, bool stdinOnce, bool tty)
    {
        if (tty && !stdin)
            throw Failure.TtyNeedsStdin();
        if (stdinOnce && !stdin)
            throw Failure.StdinOnceNeedsStdin();
    }

    internal static void UserAndGroup(long? user, long? group)
    {
        if (user is < 0 or > int.MaxValue)
            throw Failure.InvalidUserOrGroup("RunAsUser", user.Value);
        if (group is < 0 or > int.MaxValue)
            throw Failure.InvalidUserOrGroup("RunAsGroup", group.Value);
    }

    /// <summary>A deadline, which the server keeps as a positive number of seconds.</summary>
    internal static void Deadline(TimeSpan? expireAfter)
    {
        if (expireAfter is { } after && (after < TimeSpan.FromSeconds(1) || after.TotalSeconds > int.MaxValue))
            throw Failure.InvalidDeadline(after);
    }
}
