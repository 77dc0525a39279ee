/** What goes into the events of one calendar, in English. */
export const CONTENT = {
  types: {
    changed_all: "Deadlines of every type come into this calendar.",
    changed: "Only deadlines of these types stay in this calendar.",
  },

  title: {
    label: "Title",
    hint: (characters: number) =>
      `{title} is the obligation's title. You can add {type}, {status} (Open or Completed) and your own words: at most ${characters} characters in all.`,
    add: (placeholder: string) => `Add ${placeholder}`,
    reset: "Use the title alone",
    changed: "Titles are being changed.",
    problems: {
      too_long: "That is too long.",
      lacks_title: "It must contain {title}.",
      braces: "Use braces only around title, type and status.",
    },
  },

  edits: {
    label: "When you move a deadline in this calendar",
    choices: {
      restore: {
        label: "Put it back",
        hint: "The event returns to its deadline at once. We ask you whether to change the deadline, too.",
        changed: "Moved deadlines are put back.",
      },
      keep: {
        label: "Leave it where I put it",
        hint:
          "The event stays there, with the legal date in its text, until the deadline itself changes. We ask you whether to change the deadline.",
        changed: "Moved deadlines stay where you put them.",
      },
      ignore: {
        label: "Leave it for now",
        hint:
          "The event stays there until anything about its obligation changes; then it returns. We ask you whether to change the deadline.",
        changed: "Moved deadlines stay until their obligation changes.",
      },
      accept: {
        label: "Change the deadline",
        hint:
          "The obligation gets the new date at once, as if you had typed it there; a notice lets you take it back. Where you may not change it, the event returns.",
        changed: "Moving a deadline in this calendar now changes the obligation.",
      },
    },
    failed: "We couldn't load these choices.",
  },

  reapply: {
    hint: "Existing events keep their reminders until you apply these.",
    action: "Apply to existing events…",
    heading: "Apply these reminders to existing events?",
    words:
      "Every upcoming deadline gets them. Reminders that you set in your calendar yourself are replaced, which cannot be undone. Nothing else of an event changes.",
    yes: "Apply",
    done: (n: number) =>
      n === 0
        ? "There are no events yet."
        : n === 1
        ? "One event gets these reminders."
        : `${n} events get these reminders.`,
  },

  preview: {
    heading: "Preview",
    sample: "Quarterly report",
    sample_type: "Report",
    all_day: (day: string) => `${day}, all day`,
    timed: (time: string) => `${time}, for 30 minutes`,
    free: "You are shown as free at that time.",
    no_reminder: "No reminder",
    reminds: (times: string) => `Reminds ${times}`,
    completed: "Once it is completed",
    completed_gone: "Its event is removed.",
  },
};
