// news.tsx -- what the operator tells.
import type { News as Data } from '../api'
import { dateTime } from '../format'
import { lang, t } from '../i18n'
import { Card } from '../parts/bits'
import { useAnswer } from '../parts/series'
import { firstNews } from '../state'

const AGAIN_MS = 60_000

export function News() {
  const news = useAnswer<Data>('news', AGAIN_MS) ?? firstNews
  return (
    <>
      <Card>
        <div class="list-head">
          <h1>{t('news.title')}</h1>
          <a href="/news.atom" target="_blank">
            {t('news.feed')}
          </a>
        </div>
        {news?.items.length === 0 && <p class="empty">{t('news.none')}</p>}
      </Card>
      {news?.items.map((item) => {
        const code = lang.value in item.texts ? lang.value : 'en' in item.texts ? 'en' : Object.keys(item.texts)[0]!
        const text = item.texts[code]!
        return (
          <article class="card" id={item.id} key={item.id} lang={code}>
            <h2>{text.title}</h2>
            <p class="soft">
              <time dateTime={new Date(item.time_ms).toISOString()}>{dateTime(item.time_ms)}</time>
            </p>
            {/* The server made it from plain text: src/web/markdown.h. */}
            <div class="prose" dangerouslySetInnerHTML={{ __html: text.html }} />
          </article>
        )
      })}
    </>
  )
}
