namespace EphemeralDebug.Tour;

/// <summary>What the tour program can do.</summary>
internal enum TourCommand
{
    /// <summary>Walk through the tutorial on the sandbox.</summary>
    Tutorial,

    /// <summary>Give a prompt.</summary>
    Shell,

    /// <summary>Print the usage.</summary>
    Help,
}
