using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>Who may do what to documents and suggestions, over HTTP: the statuses of docs/api.md.</summary>
public sealed class DocumentAccessTests(ApiFixture fixture) : ApiTest(fixture)
{
    // 2xx: it happened.  404: hidden, or there is none.  403: they see it, and may not.  401: nobody in particular.
    // To claim is to make a document under an id that is taken.
    private const string DocumentTable = """
        document  request       owner  member  manager  director  can_view_documents  can_manage_documents  admin  outsider  left  anonymous
        personal  get           200    404     404      404       404                 404                   404    404       404   401
        personal  get_at        200    404     404      404       404                 404                   404    404       404   401
        personal  versions      200    404     404      404       404                 404                   404    404       404   401
        personal  add_version   201    404     404      404       404                 404                   404    404       404   401
        personal  claim         201    403     403      403       403                 403                   403    403       403   401
        personal  delete        200    404     404      404       404                 404                   404    404       404   401
        personal  delete_after  200    404     404      404       404                 404                   404    404       404   401
        shared    get           200    404     200      200       200                 200                   200    404       404   401
        shared    get_at        200    404     200      200       200                 200                   200    404       404   401
        shared    versions      200    404     200      200       200                 200                   200    404       404   401
        shared    add_version   201    404     403      403       403                 403                   403    404       404   401
        shared    claim         201    403     403      403       403                 403                   403    403       403   401
        shared    delete        200    404     403      403       403                 200                   200    404       404   401
        shared    delete_after  200    404     403      403       403                 200                   200    404       404   401
        absent    get           404    404     404      404       404                 404                   404    404       404   401
        absent    get_at        404    404     404      404       404                 404                   404    404       404   401
        absent    versions      404    404     404      404       404                 404                   404    404       404   401
        absent    add_version   404    404     404      404       404                 404                   404    404       404   401
        absent    delete        404    404     404      404       404                 404                   404    404       404   401
        absent    delete_after  404    404     404      404       404                 404                   404    404       404   401
        """;

    // The personal document's suggestion is its owner's; the shared one's is by who may view documents.
    private const string SuggestionTable = """
        document  request       owner  member  manager  director  can_view_documents  can_manage_documents  admin  outsider  left  anonymous
        personal  suggestions   200    404     404      404       404                 404                   404    404       404   401
        personal  suggest       201    404     404      404       404                 404                   404    404       404   401
        personal  suggest_at    201    404     404      404       404                 404                   404    404       404   401
        personal  reword        200    404     404      404       404                 404                   404    404       404   401
        personal  describe      200    404     404      404       404                 404                   404    404       404   401
        personal  resolve       200    404     404      404       404                 404                   404    404       404   401
        personal  both          200    404     404      404       404                 404                   404    404       404   401
        personal  withdraw      204    404     404      404       404                 404                   404    404       404   401
        shared    suggestions   200    404     200      200       200                 200                   200    404       404   401
        shared    suggest       201    404     201      201       201                 201                   201    404       404   401
        shared    suggest_at    201    404     201      201       201                 201                   201    404       404   401
        shared    reword        403    404     403      403       200                 403                   403    404       404   401
        shared    describe      403    404     403      403       200                 403                   403    404       404   401
        shared    resolve       200    404     403      403       403                 403                   403    404       404   401
        shared    both          403    404     403      403       403                 403                   403    404       404   401
        shared    withdraw      204    404     403      403       204                 403                   403    404       404   401
        absent    suggestions   404    404     404      404       404                 404                   404    404       404   401
        absent    suggest       404    404     404      404       404                 404                   404    404       404   401
        absent    suggest_at    404    404     404      404       404                 404                   404    404       404   401
        absent    reword        404    404     404      404       404                 404                   404    404       404   401
        absent    resolve       404    404     404      404       404                 404                   404    404       404   401
        absent    withdraw      404    404     404      404       404                 404                   404    404       404   401
        """;

    public static readonly TheoryData<string, string, string, int> DocumentAccess = Matrix.Of(DocumentTable);
    public static readonly TheoryData<string, string, string, int> SuggestionAccess = Matrix.Of(SuggestionTable);

    private ContentWorld _world = null!;

    public override async Task InitializeAsync() => _world = await ContentWorld.Of(Fixture);

    [Theory]
    [MemberData(nameof(DocumentAccess))]
    [MemberData(nameof(SuggestionAccess))]
    public async Task The_matrix(string document, string request, string who, int status)
    {
        var owner = _world["owner"];
        var critic = document == "shared" ? _world["can_view_documents"] : owner;
        var testDocument = document == "absent" ? TestDocument.Absent(owner) : await TestDocument.By(owner, _world.Of(document), critic);
        var before = await testDocument.Read();
        var response = await Ask(_world[who], request, testDocument, _world.Of(document));
        response.Is(status);
        var reads = request is "get" or "get_at" or "versions" or "suggestions";
        if (status >= 400)
        {
            Assert.DoesNotContain("words", response.Text, StringComparison.Ordinal);
        }
        else if (reads)
        {
            Assert.Contains("words", response.Text, StringComparison.Ordinal);
        }

        Assert.Equal(reads || status >= 400, before == await testDocument.Read());
    }

    private static Task<Response> Ask(Person person, string request, TestDocument testDocument, Guid? organizationId) => request switch
    {
        "get" => person.Get($"/documents/{testDocument.Id}"),
        "get_at" => person.Get($"/documents/{testDocument.Id}?at={testDocument.First}"),
        "versions" => person.Get($"/documents/{testDocument.Id}/versions"),
        "add_version" => person.Post($"/documents/{testDocument.Id}/versions", new { content = "more" }),
        "claim" => person.Post("/documents", new { id = testDocument.Id, title = "mine", organizationId }),
        "delete" => person.Delete($"/documents/{testDocument.Id}"),
        "delete_after" => person.Delete($"/documents/{testDocument.Id}?after={testDocument.First}"),
        "suggestions" => person.Get($"/documents/{testDocument.Id}/suggestions"),
        "suggest" => person.Post($"/documents/{testDocument.Id}/suggestions", new { originalText = "a", suggestedText = "b" }),
        "suggest_at" => person.Post($"/documents/{testDocument.Id}/suggestions?at={testDocument.First}", new { originalText = "a", suggestedText = "b" }),
        "reword" => person.Patch($"/suggestions/{testDocument.Suggestion}", new { suggestedText = "reworded" }),
        "describe" => person.Patch($"/suggestions/{testDocument.Suggestion}", new { description = "because" }),
        "resolve" => person.Patch($"/suggestions/{testDocument.Suggestion}", new { isResolved = true }),
        "both" => person.Patch($"/suggestions/{testDocument.Suggestion}", new { isResolved = true, suggestedText = "reworded" }),
        "withdraw" => person.Delete($"/suggestions/{testDocument.Suggestion}"),
        _ => throw new ArgumentException(request),
    };

    // Which of the organization's documents a list shows, the policies say; "mine" asks for one's own.
    public static readonly TheoryData<string, string, string, int> Lists = Matrix.Of("""
        document  list          owner  member  manager  director  can_view_documents  can_manage_documents  admin  outsider  left  anonymous
        personal  mine          1      0       0        0         0                   0                     0      0         0     -1
        personal  organization  0      0       0        0         0                   0                     0      0         0     -1
        shared    mine          1      0       0        0         0                   0                     0      0         0     -1
        shared    organization  1      0       1        1         1                   1                     1      0         0     -1
        """);

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task A_list_shows(string document, string list, string who, int times)
    {
        var testDocument = await TestDocument.By(_world["owner"], _world.Of(document), _world["owner"]);
        var response = await _world[who].Get($"/documents?scope={list}&limit=100");
        if (times < 0)
        {
            response.Is(401, "unauthenticated");
            return;
        }

        Assert.Equal(times, response.Is(200).Ids.Count(id => id == testDocument.Id));
    }

    [Fact]
    public async Task Only_who_is_signed_in_makes_documents_as_themselves_and_in_their_own_organization()
    {
        foreach (var who in new[] { "owner", "member", "manager", "can_manage_documents", "admin" })
        {
            var made = (await _world[who].Post("/documents", new { title = "ours", organizationId = _world.Organization })).Is(201);
            Assert.Equal(_world[who].Id, made.Body["userId"]!.GetValue<Guid>());
        }

        foreach (var who in new[] { "outsider", "left" })
        {
            (await _world[who].Post("/documents", new { title = "theirs", organizationId = _world.Organization })).Is(403);
            (await _world[who].Post("/documents", new { title = "mine" })).Is(201);
        }

        (await _world["anonymous"].Post("/documents", new { title = "nobody's" })).Is(401, "unauthenticated");
    }

    [Fact]
    public async Task Hidden_and_absent_are_told_in_the_same_words()
    {
        var testDocument = await TestDocument.By(_world["owner"], null, _world["owner"]);
        foreach (var request in new[]
        {
            "get", "get_at", "versions", "add_version", "delete", "delete_after",
            "suggestions", "suggest", "suggest_at", "reword", "resolve", "both", "withdraw",
        })
        {
            var hidden = (await Ask(_world["outsider"], request, testDocument, null)).Is(404, "not_found");
            var absent = (await Ask(_world["outsider"], request, TestDocument.Absent(_world["owner"]), null)).Is(404, "not_found");
            Assert.Equal(absent.WithoutTrace(), hidden.WithoutTrace());
        }
    }
}
