using System.Text.Json;

namespace RlsChat.Database;

// Describes a backup: enough to check, after a restoration, that it is complete.
internal sealed record Manifest
{
    private static readonly JsonSerializerOptions Json =
        new(JsonSerializerDefaults.Web) { WriteIndented = true, RespectRequiredConstructorParameters = true };

    /// <summary>The format of backups; other formats are refused.</summary>
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    public required DateTime TakenAt { get; init; }

    public required string Database { get; init; }

    /// <summary>The major version of the server that it was taken from.</summary>
    public required int Server { get; init; }

    /// <summary>The major version of the pg_dump that wrote the dump.</summary>
    public required int Tools { get; init; }

    /// <summary>The applied files of db/, with their hashes.</summary>
    public required Dictionary<string, string> Migrations { get; init; }

    /// <summary>The number of rows of each table.</summary>
    public required SortedDictionary<string, long> Rows { get; init; }

    /// <summary>The next number of each sequence.</summary>
    public required SortedDictionary<string, long> Sequences { get; init; }

    /// <summary>A SHA-256 of each definition that access depends on: policies, grants, functions, owners, roles.</summary>
    public required SortedDictionary<string, string> Definitions { get; init; }

    /// <summary>The roles that the database refers to, and their members; without passwords.</summary>
    public required List<SavedRole> Roles { get; init; }

    /// <summary>The grants on schema public, because only a superuser could restore those of pg_dump.</summary>
    public required List<string> PublicGrants { get; init; }

    /// <summary>The findings of db-check at the time of the backup.</summary>
    public required List<string> Findings { get; init; }

    public string Write() => JsonSerializer.Serialize(this, Json);

    public static Manifest Read(string text)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize<Manifest>(text, Json);
            return manifest?.Format == CurrentFormat ? manifest : throw new SetupException(
                $"The backup has format {manifest?.Format}, and this build reads format {CurrentFormat}.");
        }
        catch (JsonException e)
        {
            throw new SetupException($"The backup's manifest cannot be read: {e.Message}", e);
        }
    }
}

/// <summary>A role, without its password.</summary>
internal sealed record SavedRole(string Name, string Attributes, string? Comment, List<string> Settings, List<string> MemberOf);
