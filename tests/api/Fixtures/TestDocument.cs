using System.Text.Json.Nodes;

namespace RlsChat.Tests.Api.Fixtures;

/// <summary>A document of two versions, and a suggestion to the newer one.</summary>
internal sealed class TestDocument
{
    private Person _owner = null!;

    public Guid Id { get; private init; } = Guid.NewGuid();
    public Guid Suggestion { get; private set; } = Guid.NewGuid();
    public string First { get; private set; } = "2026-01-31T09:30:00.000Z";
    public string Second { get; private set; } = "2026-01-31T09:30:00.000Z";

    /// <summary>Written by its owner; the critic must see it.</summary>
    public static async Task<TestDocument> By(Person owner, Guid? organizationId, Person critic, string text = "words")
    {
        var first = (await owner.Post("/documents", new { title = text, content = text, organizationId })).Is(201);
        var second = (await owner.Post($"/documents/{first.Id}/versions", new { content = text + " again" })).Is(201);
        var suggestion = (await critic.Post($"/documents/{first.Id}/suggestions",
            new { originalText = text, suggestedText = "better " + text, description = text })).Is(201);
        return new TestDocument
        {
            _owner = owner,
            Id = first.Id,
            Suggestion = suggestion.Id,
            First = Time(first),
            Second = Time(second),
        };
    }

    /// <summary>One that never was.</summary>
    public static TestDocument Absent(Person owner) => new() { _owner = owner };

    /// <summary>All that its owner sees of it.</summary>
    public async Task<string> Read() => string.Concat((await Task.WhenAll(
        _owner.Get($"/documents/{Id}?at={First}"), _owner.Get($"/documents/{Id}"), _owner.Get($"/documents/{Id}/versions"),
        _owner.Get($"/documents/{Id}/suggestions?at={First}"), _owner.Get($"/documents/{Id}/suggestions")))
        .Select(response => response.Status == 404 ? "absent" : response.Is(200).Text));

    /// <summary>A version's key, as the API wrote it.</summary>
    public static string Time(Response version) => Time(version.Body);

    public static string Time(JsonNode version) => version["createdAt"]!.GetValue<string>();
}
