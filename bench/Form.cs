namespace RlsChat.Bench;

/// <summary>One way to write the rule "whoever sees the chat" on the rows of a chat.</summary>
/// <param name="Name">How the tables call it.</param>
/// <param name="Rule">The expression of the policy on "Message" and "Stream", and on "Vote" unless that has its own.</param>
internal sealed record Form(string Name, string Rule)
{
    /// <summary>The expression on "Vote", where it is another.</summary>
    public string? Vote { get; init; }

    /// <summary>When the person may write into the chat; null: writing is not compared.</summary>
    public string? Write { get; init; }

    /// <summary>The statement itself carries the rule, and the policies let everything pass.</summary>
    public bool ByHand { get; init; }

    /// <summary>The identity statement verifies the session.</summary>
    public bool Verified { get; init; } = true;

    /// <summary>The request also names the chat in a setting.</summary>
    public bool Hinted { get; init; }

    /// <summary>The role of people; for strangers there is another.</summary>
    public string Person => IsShipped ? "regular_user" : $"bench_{Name}";

    /// <summary>The role of strangers.</summary>
    public string Stranger => IsShipped ? "anonymous" : $"bench_{Name}_stranger";

    /// <summary>What stands in db/policies.</summary>
    public bool IsShipped { get; init; }

    /// <summary>Whether the form has something of its own to say to the question.</summary>
    public bool Answers(Question question) => Vote is null || question.IsAboutVotes;

    /// <summary>Makes the form's two roles and their policies.</summary>
    public IEnumerable<string> Install() => IsShipped ? [] : InstallFor(Person, "bench_person").Concat(InstallFor(Stranger, "bench_stranger"));

    private IEnumerable<string> InstallFor(string role, string parent)
    {
        yield return $"reset role; create role {role} inherit in role {(ByHand ? "bench_trusted" : parent)};";
        yield return $"grant {role} to rlschat_api; set role rlschat_owner;";
        if (ByHand)
        {
            yield break;
        }

        foreach (var (table, rule) in new[] { ("Message", Rule), ("Stream", Rule), ("Vote", Vote ?? Rule) })
        {
            yield return $"""create policy {role}_select on public."{table}" for select to {role} using ({rule});""";
        }

        if (Write is not null)
        {
            var own = $"""("userId" = (select auth.uid()) and {Write})""";
            yield return $"""
                create policy {role}_insert on public."Message" for insert to {role} with check {own};
                create policy {role}_update on public."Message" for update to {role} using {own} with check {own};
                create policy {role}_delete on public."Message" for delete to {role} using {own};
                """;
        }
    }
}
