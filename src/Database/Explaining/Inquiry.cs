namespace RlsChat.Database.Explaining;

/// <summary>One question about one row: asks grants, policies and the change itself in turn.</summary>
internal sealed class Inquiry(Probe probe, Judge judge, Relation table, Question question)
{
    private readonly List<Node> steps = [];
    private readonly NewRow rows = new(probe, table);
    private Verdict predicted = Verdict.Yes;
    private string? code;
    private Refusal? refusal;

    public async Task<Explanation> Answer()
    {
        var trial = new Trial(probe, table, question);
        var row = await trial.Row();
        var facts = await Facts();
        var isAbsent = row is null && (question.Command != Command.Insert || question is { Set: null, Key.Count: > 0 });
        var change = question.Command is Command.Insert or Command.Update ? await rows.Change(question, isAbsent ? "{}" : row) : null;
        Grants(change);
        if (isAbsent && refusal is null)
        {
            refusal = new Refusal(Refuser.Absent, $"\"{table.Name}\" has no row with this {string.Join(", ", question.Key.Keys)}");
            return new Explanation(question, Verdict.Absent, null, refusal, "", true, facts, steps, []);
        }

        if (row is not null && question.Command != Command.Insert)
        {
            await Using(row);
        }

        // An existing row that is filtered out is not changed, so its new version is not judged.
        if (change is not null && (question.Command == Command.Insert || (predicted != Verdict.Hidden && row is not null && change.Columns.Count > 0)))
        {
            await Checks(await rows.Rehearse(question.Command, change, row));
        }

        return change is { Columns.Count: 0 } && question.Command == Command.Update
            ? Ended(Verdict.Denied, "42501", true, facts)
            : await Executed(await trial.Run(rows, change), facts);
    }

    private async Task<List<string>> Facts()
    {
        var caller = probe.Caller;
        var login = await probe.Connection.Scalar<string>("select session_user::text");
        var uid = (await probe.Try(Actor.Person, connection => connection.Scalar<Guid?>("select auth.uid()"))).Value;
        return
        [
            $"{caller.Name}: role {caller.Role}, login {login}, "
                + (uid is null ? "auth.uid() is null (nobody)" : $"auth.uid() is {(uid == caller.Uid ? "the person's id" : "another person's id")}") + ", "
                + caller.State switch
                {
                    SessionState.Live => "the session is live",
                    SessionState.Ended => $"the session has ended: {caller.Ended}",
                    SessionState.Believed => "believed without a session",
                    _ => "no session",
                },
            $"{table.Sql}: RLS {(table.IsEnabled ? "enabled" : "not enabled")}, {(table.IsForced ? "forced" : "not forced")}, owner {table.Owner}; policies "
                + (await judge.Applies(table) ? "apply" : $"do not apply: {judge.Exemption(table)}"),
        ];
    }

    private void Grants(Change? change)
    {
        var changed = change?.Columns.Select(column => column.Name) ?? [];
        var reads = question.Reads?.Contains("*") == true ? table.Columns.Select(column => column.Name) : question.Reads ?? [];
        // An insert without columns needs the privilege on any.
        var missing = question.Command switch
        {
            Command.Select => [],
            _ when change is { Columns.Count: 0 } => table.Columns.Any(column => column.May(question.Command)) ? []
                : judge.Grants(table, question.Command, table.Columns.Select(column => column.Name)),
            _ => judge.Grants(table, question.Command, changed),
        };
        var select = judge.Grants(table, Command.Select, reads.Concat(question.Command == Command.Insert ? [] : question.Key.Keys).Distinct());
        Take([.. missing.Concat(select).DistinctBy(node => node.Text)], Verdict.Denied);
        if (steps.Count == 0)
        {
            steps.Add(Node.Of($"grants for this {question.Command.ToString().ToLowerInvariant()}", Truth.True) with { Kind = NodeKind.Grant });
        }
    }

    // The WHERE reads the row, so an update or delete finds only what the select policies show.
    private async Task Using(string row)
    {
        if (question.Command != Command.Select)
        {
            Take([await judge.Policies(table, question.Command, row, isNew: false, [])], Verdict.Hidden);
        }

        Take([await judge.Policies(table, Command.Select, row, isNew: false, [])], Verdict.Hidden, question.Command == Command.Select ? null : "needed by the WHERE");
    }

    private async Task Checks(Attempt<string> rehearsed)
    {
        if (rehearsed.Error is { } error)
        {
            var why = await new Refusals(probe, table).Of(error);
            steps.Add(Node.Of(why.Name, Truth.Error, why.Because) with { Kind = NodeKind.Effect, Code = error.SqlState });
            Refuse(error.SqlState == "42501" ? Verdict.Denied : Verdict.Failed, error.SqlState, why);
            return;
        }

        if (rehearsed.Value is not { Length: > 0 } row)
        {
            Refuse(Verdict.Hidden, null, new Refusal(Refuser.Trigger, $"a trigger before the {question.Command.ToString().ToLowerInvariant()} skips the row"));
            return;
        }

        Take([await judge.Policies(table, question.Command, row, isNew: true, [])], Verdict.Denied);
        if (question.Command == Command.Update || question.Reads is { Count: > 0 })
        {
            Take([await judge.Policies(table, Command.Select, row, isNew: true, [])], Verdict.Denied,
                $"needed by {(question.Reads is { Count: > 0 } ? "RETURNING" : "the WHERE")}");
        }
    }

    private void Take(List<Node> nodes, Verdict otherwise, string? by = null)
    {
        foreach (var node in nodes)
        {
            steps.Add(by is null ? node : node with { Text = $"{node.Text}, {by}" });
            if (Refusals.Of(node) is { } found)
            {
                var broken = node.Parts.SelectMany(group => group.Parts).FirstOrDefault(policy => policy.Truth == Truth.Error)?.Code;
                Refuse(found.Kind != Refuser.PolicyError ? otherwise : broken == "42501" ? Verdict.Denied : Verdict.Failed,
                    found.Kind == Refuser.PolicyError ? broken : otherwise == Verdict.Hidden ? null : "42501",
                    by is null ? found : found with { Name = $"{found.Name} ({by})" });
            }
        }
    }

    // The first refuser; but recursion is found before anything else.
    private void Refuse(Verdict verdict, string? error, Refusal by)
    {
        if (refusal is null || (error == "42P17" && code != "42P17"))
        {
            (predicted, code, refusal) = (verdict, error, by);
        }
    }

    private async Task<Explanation> Executed(Attempt<int> trial, List<string> facts)
    {
        if (trial.Error is null)
        {
            var verdict = trial.Value > 0 ? Verdict.Yes : Verdict.Hidden;
            var isConsistent = verdict == predicted;
            if (verdict == Verdict.Yes)
            {
                refusal = null;
            }
            else if (refusal is null)
            {
                (isConsistent, refusal) = (table.Triggers.Any(trigger => trigger.IsBefore && trigger.IsOf(question.Command)),
                    new Refusal(Refuser.Trigger, "grants and policies admit it, and no row is changed: a trigger or rule skips the row"));
            }

            return Ended(verdict, null, isConsistent, facts);
        }

        var state = trial.Error.SqlState;
        var failed = state == "42501" ? Verdict.Denied : Verdict.Failed;
        var why = await new Refusals(probe, table).Of(trial.Error);
        steps.Add(Node.Of(why.Name, Truth.Error, why.Because) with { Kind = NodeKind.Effect, Code = state });
        var agrees = refusal is null ? why.Kind != Refuser.Error || state != "42501" : predicted == failed && code == state;
        if (refusal is null || !agrees)
        {
            refusal = why;
        }

        return Ended(failed, state, agrees, facts);
    }

    private Explanation Ended(Verdict verdict, string? error, bool isConsistent, List<string> facts)
    {
        if (probe.Caller.State == SessionState.Ended && refusal is { Kind: Refuser.Policy or Refuser.Restrictive or Refuser.NoPolicy })
        {
            refusal = new Refusal(Refuser.Session, $"the session has ended: {probe.Caller.Ended}", refusal.ToString());
        }

        var admits = verdict != Verdict.Yes ? [] : steps.Select(Admits).Where(words => words.Length > 0).Distinct().ToList();
        // "a or b, and c": the comma says what belongs together.
        var joint = admits.Exists(words => words.Contains(" or ", StringComparison.Ordinal)) ? ", and " : " and ";
        return new Explanation(question, verdict, error, refusal, string.Join(joint, admits), isConsistent, facts, steps, Warnings());
    }

    private static string Admits(Node step) => step.Parts is [var permissive, ..]
        ? string.Join(" or ", permissive.Parts.Where(policy => policy.Truth == Truth.True).Select(policy => policy.Text))
        : step.Note ?? "";

    private List<string> Warnings()
    {
        var triggers = table.Triggers.Where(trigger => trigger.IsOf(question.Command)).Select(trigger => trigger.Name).ToList();
        var sequences = question.Command == Command.Insert ? table.Columns.Where(column => column.HasSequence).Select(column => column.Sql).ToList() : [];
        List<string> kept =
        [
            .. sequences.Count == 0 ? [] : new[] { $"the sequence of {string.Join(", ", sequences)}" },
            .. triggers.Count == 0 ? [] : new[] { $"sequences and effects outside the database of the triggers {string.Join(", ", triggers)}" },
        ];
        List<string> all =
        [
            .. rows.LeftOut.Count == 0 ? [] : new[] { $"The policies' checks were evaluated without the triggers {string.Join(", ", rows.LeftOut)}." },
            .. question.Command == Command.Select || kept.Count == 0 ? [] : new[]
            {
                $"The {question.Command.ToString().ToLowerInvariant()} was tried and rolled back. Not rolled back: {string.Join("; ", kept)}.",
            },
        ];
        return all;
    }
}
