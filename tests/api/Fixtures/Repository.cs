namespace RlsChat.Tests.Api.Fixtures;

/// <summary>The files that these tests read beside the program.</summary>
internal static class Repository
{
    /// <summary>The folder that holds RlsChat.sln.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "RlsChat.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
