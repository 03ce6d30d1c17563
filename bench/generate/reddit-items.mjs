import { capitalized, names, sentence } from './rng.mjs'

/**
 * Saved posts as Reddit's API gives them, with all its constant fields: they are what makes snapshots so alike.
 *
 * @param {import('./rng.mjs').Random} random
 * @param {readonly string[]} words
 * @param {readonly string[]} users
 */
export function createRedditItems(random, words, users) {
  const subreddits = names(random, 200).map((word, index) => ({
    display_name: capitalized(word),
    id: `t5_${(100_000 + index * 7919).toString(36)}`,
    subscribers: Math.floor(random.logNormal(10, 2)) + 50,
    description: sentence(random, words, random.integer(5, 25)),
  }))
  let lastNumber = 0x2000000

  /** @param {number} time in seconds since 1970 */
  return function nextItem(time) {
    lastNumber += random.integer(1, 4000)
    const id = lastNumber.toString(36)
    const subreddit = random.favour(subreddits)
    const author = random.favour(users)
    const title = sentence(random, words, random.integer(4, 16))
    const slug = title
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '_')
      .slice(0, 50)
    const permalink = `/r/${subreddit.display_name}/comments/${id}/${slug}/`
    const score = Math.floor(random.logNormal(2.2, 1.8)) + 1
    return {
      approved_at_utc: null,
      subreddit: { display_name: subreddit.display_name, id: subreddit.id },
      selftext: sentence(random, words, Math.min(400, Math.floor(random.logNormal(2.5, 1.1)))),
      author_fullname: `t2_${random.hex(6)}`,
      saved: true,
      mod_reason_title: null,
      gilded: 0,
      clicked: false,
      title,
      link_flair_richtext: [],
      subreddit_name_prefixed: `r/${subreddit.display_name}`,
      hidden: false,
      pwls: 6,
      link_flair_css_class: null,
      downs: 0,
      thumbnail_height: null,
      hide_score: false,
      name: `t3_${id}`,
      quarantine: false,
      link_flair_text_color: 'dark',
      upvote_ratio: random.integer(50, 100) / 100,
      author_flair_background_color: null,
      subreddit_type: 'public',
      ups: score,
      total_awards_received: 0,
      media_embed: {},
      author_flair_template_id: null,
      is_original_content: false,
      user_reports: [],
      secure_media: null,
      is_reddit_media_domain: false,
      is_meta: false,
      category: null,
      secure_media_embed: {},
      link_flair_text: random.chance(0.3) ? random.favour(words) : null,
      can_mod_post: false,
      score,
      approved_by: null,
      thumbnail: 'self',
      edited: false,
      gildings: {},
      content_categories: null,
      is_self: true,
      mod_note: null,
      created: time + 28_800,
      link_flair_type: 'text',
      wls: 6,
      removed_by_category: null,
      domain: `self.${subreddit.display_name}`,
      allow_live_comments: false,
      likes: random.chance(0.5) ? true : null,
      view_count: null,
      archived: false,
      no_follow: false,
      is_crosspostable: true,
      pinned: false,
      over_18: random.chance(0.03),
      media_only: false,
      spoiler: false,
      locked: false,
      visited: false,
      subreddit_id: subreddit.id,
      id,
      is_robot_indexable: true,
      author,
      num_comments: Math.floor(score * random.fraction() * 2),
      send_replies: true,
      permalink,
      whitelist_status: 'all_ads',
      stickied: false,
      url: `https://www.reddit.com${permalink}`,
      subreddit_subscribers: subreddit.subscribers,
      created_utc: time,
      num_crossposts: 0,
      media: null,
      is_video: false,
    }
  }
}
